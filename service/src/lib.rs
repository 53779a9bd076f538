//! A service that speaks the AWS Elemental MediaStore API.
