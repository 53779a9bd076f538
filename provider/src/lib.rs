//! Resources, data sources and client of the MediaStore provider.
