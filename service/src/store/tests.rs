//! The store alone: what it promises about commits, neighbours, folders and files.
