//! Values as msgpack, the form Terraform always sends.
//!
//! Reading is directed by the type and never trusts a length: what is claimed is only allocated as it is read. Every
//! extension value is an unknown, whatever its refinements.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::encode;

use super::{CodecError, Number, NumberError, Value};
use crate::path::Path;
use crate::types::Type;

/// Reads one value of type `ty`; bytes after it are ignored, as Terraform itself does.
pub fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    Reader { rest: bytes }.value(ty, &Path::root())
}

/// Writes a value of type `ty`. A value that does not fit the type is an error: it is a bug of the provider.
pub fn encode(ty: &Type, value: &Value) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    write(&mut out, ty, value, &Path::root())?;
    Ok(out)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize, path: &Path) -> Result<&'a [u8], CodecError> {
        if count > self.rest.len() {
            return Err(CodecError::new(path, "the value ends too early"));
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(taken)
    }

    /// A big-endian unsigned integer of `width` bytes.
    fn uint(&mut self, width: usize, path: &Path) -> Result<u64, CodecError> {
        Ok(self.take(width, path)?.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    fn length(&mut self, width: usize, path: &Path) -> Result<usize, CodecError> {
        let length = self.uint(width, path)?;
        usize::try_from(length).map_err(|_| CodecError::new(path, "the value is too long"))
    }

    fn marker(&mut self, path: &Path) -> Result<Marker, CodecError> {
        Ok(Marker::from_u8(self.take(1, path)?[0]))
    }

    fn value(&mut self, ty: &Type, path: &Path) -> Result<Value, CodecError> {
        let marker = self.marker(path)?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(length) = self.extension_length(marker, path)? {
            self.take(length + 1, path)?; // the extension's code, then its payload
            return Ok(Value::Unknown);
        }
        match ty {
            Type::String => Ok(Value::String(self.text(marker, path)?)),
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                other => Err(unexpected("a bool", other, path)),
            },
            Type::Number => self.number(marker, path).map(Value::Number),
            Type::List(element) => {
                let length = self.array_length(marker, path)?;
                let elements: Result<Vec<_>, _> = (0..length).map(|i| self.value(element, &path.index(i))).collect();
                elements.map(Value::List)
            }
            Type::Set(element) => {
                let length = self.array_length(marker, path)?;
                let elements: Result<Vec<_>, _> = (0..length).map(|_| self.value(element, path)).collect();
                elements.map(Value::set)
            }
            Type::Tuple(types) => {
                let length = self.array_length(marker, path)?;
                if length != types.len() {
                    let message = format!("{} elements are required, {length} were given", types.len());
                    return Err(CodecError::new(path, message));
                }
                let elements: Result<Vec<_>, _> =
                    types.iter().enumerate().map(|(i, element)| self.value(element, &path.index(i))).collect();
                elements.map(Value::List)
            }
            Type::Map(element) => {
                let length = self.map_length(marker, path)?;
                let mut entries = BTreeMap::new();
                for _ in 0..length {
                    let key = self.key(path)?;
                    let value = self.value(element, &path.key(&key))?;
                    entries.insert(key, value);
                }
                Ok(Value::Map(entries))
            }
            Type::Object { attributes, .. } => {
                let length = self.map_length(marker, path)?;
                let mut fields = BTreeMap::new();
                for _ in 0..length {
                    let key = self.key(path)?;
                    let Some(ty) = attributes.get(&key) else {
                        return Err(CodecError::new(path, format!("unknown attribute `{key}`")));
                    };
                    let value = self.value(ty, &path.name(&key))?;
                    fields.insert(key, value);
                }
                if let Some(missing) = attributes.keys().find(|name| !fields.contains_key(*name)) {
                    return Err(CodecError::new(path, format!("attribute `{missing}` is missing")));
                }
                Ok(Value::Object(fields))
            }
            Type::Dynamic => {
                if self.array_length(marker, path)? != 2 {
                    return Err(CodecError::new(path, "a dynamic value is a pair of type and value"));
                }
                let marker = self.marker(path)?;
                let bytes = self.bytes(marker, path)?;
                let ty = Type::from_bytes(bytes).map_err(|e| CodecError::new(path, e.to_string()))?;
                let value = self.value(&ty, path)?;
                Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
            }
        }
    }

    /// Length of an extension's payload, or nothing if the marker starts another kind of value.
    fn extension_length(&mut self, marker: Marker, path: &Path) -> Result<Option<usize>, CodecError> {
        Ok(Some(match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length(1, path)?,
            Marker::Ext16 => self.length(2, path)?,
            Marker::Ext32 => self.length(4, path)?,
            _ => return Ok(None),
        }))
    }

    fn array_length(&mut self, marker: Marker, path: &Path) -> Result<usize, CodecError> {
        match marker {
            Marker::FixArray(length) => Ok(length.into()),
            Marker::Array16 => self.length(2, path),
            Marker::Array32 => self.length(4, path),
            other => Err(unexpected("an array", other, path)),
        }
    }

    fn map_length(&mut self, marker: Marker, path: &Path) -> Result<usize, CodecError> {
        match marker {
            Marker::FixMap(length) => Ok(length.into()),
            Marker::Map16 => self.length(2, path),
            Marker::Map32 => self.length(4, path),
            other => Err(unexpected("a map", other, path)),
        }
    }

    fn key(&mut self, path: &Path) -> Result<String, CodecError> {
        let marker = self.marker(path)?;
        self.text(marker, path)
    }

    /// The bytes of a `str` or `bin` value.
    fn bytes(&mut self, marker: Marker, path: &Path) -> Result<&'a [u8], CodecError> {
        let length = match marker {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 | Marker::Bin8 => self.length(1, path)?,
            Marker::Str16 | Marker::Bin16 => self.length(2, path)?,
            Marker::Str32 | Marker::Bin32 => self.length(4, path)?,
            other => return Err(unexpected("a string", other, path)),
        };
        self.take(length, path)
    }

    fn text(&mut self, marker: Marker, path: &Path) -> Result<String, CodecError> {
        let bytes = self.bytes(marker, path)?;
        let text = std::str::from_utf8(bytes).map_err(|_| CodecError::new(path, "the text is not UTF-8"))?;
        Ok(text.to_owned())
    }

    /// Integers of every width, floats, and decimal text for what fits neither.
    fn number(&mut self, marker: Marker, path: &Path) -> Result<Number, CodecError> {
        let float =
            |value: f64| Number::from_f64(value).ok_or_else(|| CodecError::new(path, "the number is not finite"));
        Ok(match marker {
            Marker::FixPos(n) => Number::from(u64::from(n)),
            Marker::FixNeg(n) => Number::from(i64::from(n)),
            Marker::U8 => self.uint(1, path)?.into(),
            Marker::U16 => self.uint(2, path)?.into(),
            Marker::U32 => self.uint(4, path)?.into(),
            Marker::U64 => self.uint(8, path)?.into(),
            Marker::I8 => i64::from(self.uint(1, path)? as u8 as i8).into(),
            Marker::I16 => i64::from(self.uint(2, path)? as u16 as i16).into(),
            Marker::I32 => i64::from(self.uint(4, path)? as u32 as i32).into(),
            Marker::I64 => (self.uint(8, path)? as i64).into(),
            Marker::F32 => float(f32::from_bits(self.uint(4, path)? as u32).into())?,
            Marker::F64 => float(f64::from_bits(self.uint(8, path)?))?,
            other if !is_text(other) => return Err(unexpected("a number", other, path)),
            text => {
                let text = self.text(text, path)?;
                text.parse().map_err(|error: NumberError| CodecError::new(path, error.to_string()))?
            }
        })
    }
}

fn is_text(marker: Marker) -> bool {
    matches!(marker, Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32)
}

fn unexpected(wanted: &str, found: Marker, path: &Path) -> CodecError {
    CodecError::new(path, format!("{wanted} is required, found msgpack {found:?}"))
}

fn write(out: &mut Vec<u8>, ty: &Type, value: &Value, path: &Path) -> Result<(), CodecError> {
    // Writing to a Vec cannot fail; the crate's signature is for any writer.
    const VEC: &str = "writing to memory cannot fail";
    match (ty, value) {
        (_, Value::Null) => encode::write_nil(out).expect(VEC),
        (_, Value::Unknown) => out.extend([0xd4, 0x00, 0x00]), // fixext 1, code 0, one zero byte
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).expect(VEC),
        (Type::String, Value::String(text)) => encode::write_str(out, text).expect(VEC),
        (Type::Number, Value::Number(number)) => {
            if let Some(n) = number.to_i64() {
                encode::write_sint(out, n).expect(VEC);
            } else if let Some(n) = number.to_u64() {
                encode::write_uint(out, n).expect(VEC);
            } else {
                encode::write_str(out, &number.to_string()).expect(VEC);
            }
        }
        (Type::List(element), Value::List(elements)) => {
            write_array_length(out, elements.len(), path)?;
            for (i, value) in elements.iter().enumerate() {
                write(out, element, value, &path.index(i))?;
            }
        }
        (Type::Set(element), Value::Set(elements)) => {
            write_array_length(out, elements.len(), path)?;
            for value in elements {
                write(out, element, value, path)?;
            }
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            write_array_length(out, elements.len(), path)?;
            for (i, (element, value)) in types.iter().zip(elements).enumerate() {
                write(out, element, value, &path.index(i))?;
            }
        }
        (Type::Map(element), Value::Map(entries)) => {
            write_map_length(out, entries.len(), path)?;
            for (key, value) in entries {
                encode::write_str(out, key).expect(VEC);
                write(out, element, value, &path.key(key))?;
            }
        }
        (Type::Object { attributes, .. }, Value::Object(fields)) => {
            if let Some(extra) = fields.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(CodecError::new(path, format!("unknown attribute `{extra}`")));
            }
            write_map_length(out, attributes.len(), path)?;
            for (name, ty) in attributes {
                encode::write_str(out, name).expect(VEC);
                write(out, ty, fields.get(name).unwrap_or(&Value::Null), &path.name(name))?;
            }
        }
        (Type::Dynamic, Value::Dynamic(ty, value)) => {
            encode::write_array_len(out, 2).expect(VEC);
            encode::write_bin(out, &ty.to_bytes()).expect(VEC);
            write(out, ty, value, path)?;
        }
        (ty, value) => {
            let message = format!("{value:?} does not fit the type {}", ty.to_json());
            return Err(CodecError::new(path, message));
        }
    }
    Ok(())
}

fn write_array_length(out: &mut Vec<u8>, length: usize, path: &Path) -> Result<(), CodecError> {
    let length = u32::try_from(length).map_err(|_| CodecError::new(path, "the collection is too long"))?;
    encode::write_array_len(out, length).map(drop).map_err(|e| CodecError::new(path, e.to_string()))
}

fn write_map_length(out: &mut Vec<u8>, length: usize, path: &Path) -> Result<(), CodecError> {
    let length = u32::try_from(length).map_err(|_| CodecError::new(path, "the collection is too long"))?;
    encode::write_map_len(out, length).map(drop).map_err(|e| CodecError::new(path, e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    /// Bytes that real Terraform sends, and what they mean.
    #[test]
    fn reads_what_terraform_sends() {
        let number = |text: &str| Value::Number(text.parse().unwrap());
        let cases: &[(Type, &str, Value)] = &[
            (Type::String, "c0", Value::Null),
            (Type::String, "d4 00 00", Value::Unknown),
            (Type::String, "c7 03 0c 81 01 c2", Value::Unknown),
            (Type::String, "c7 09 0c 82 01 c2 02 a4 70 72 65 2d", Value::Unknown),
            (Type::list(Type::String), "d4 00 00", Value::Unknown),
            (Type::String, "a1 61", "a".into()),
            (Type::String, "d9 01 61", "a".into()),
            (Type::Bool, "c3", true.into()),
            (Type::Number, "07", 7.into()),
            (Type::Number, "ff", (-1).into()),
            (Type::Number, "d0 80", (-128).into()),
            (Type::Number, "d3 80 00 00 00 00 00 00 00", i64::MIN.into()),
            (Type::Number, "cf ff ff ff ff ff ff ff ff", number("18446744073709551615")),
            (Type::Number, "cb 3f e0 00 00 00 00 00 00", number("0.5")),
            (Type::Number, "a3 30 2e 31", number("0.1")),
            (Type::list(Type::String), "92 a1 61 c0", Value::List(vec!["a".into(), Value::Null])),
            (Type::set(Type::String), "92 a1 62 a1 61", Value::set(["a".into(), "b".into()])),
            (Type::map(Type::Bool), "81 a1 6b c2", Value::map([("k", false.into())])),
            (Type::object([("a", Type::String)]), "81 a1 61 c0", Value::object([("a", Value::Null)])),
            (Type::Dynamic, "c0", Value::Null),
            (
                Type::Dynamic,
                "92 c4 08 22 73 74 72 69 6e 67 22 a1 61",
                Value::Dynamic(Box::new(Type::String), Box::new("a".into())),
            ),
        ];
        for (ty, bytes, value) in cases {
            assert_eq!(decode(ty, &hex(bytes)).as_ref(), Ok(value), "{bytes}");
        }
    }

    #[test]
    fn writes_the_golden_bytes() {
        let cases: &[(Type, Value, &str)] = &[
            (Type::String, Value::Unknown, "d4 00 00"),
            (Type::String, Value::Null, "c0"),
            (Type::Number, Value::from(7), "07"),
            (Type::Number, Value::Number("0.1".parse().unwrap()), "a3 30 2e 31"),
            (Type::object([("a", Type::String)]), Value::Object(BTreeMap::new()), "81 a1 61 c0"),
            (
                Type::Dynamic,
                Value::Dynamic(Box::new(Type::object([("a", Type::String)])), Box::new(Value::Unknown)),
                "92 c4 19 5b 22 6f 62 6a 65 63 74 22 2c 7b 22 61 22 3a 22 73 74 72 69 6e 67 22 7d 5d d4 00 00",
            ),
        ];
        for (ty, value, bytes) in cases {
            assert_eq!(encode(ty, value).unwrap(), hex(bytes), "{value:?}");
        }
    }

    #[test]
    fn bad_bytes_are_errors_with_a_place() {
        let object = Type::object([("rule", Type::list(Type::object([("age", Type::Number)])))]);
        let cases: &[(&Type, &str, &str)] = &[
            (&Type::String, "", "the value ends too early"),
            (&Type::String, "a5 61", "the value ends too early"),
            (&Type::String, "a1 ff", "the text is not UTF-8"),
            (&Type::String, "db ff ff ff ff 61", "the value ends too early"),
            (&Type::Bool, "01", "a bool is required, found msgpack FixPos(1)"),
            (&Type::Number, "a1 78", "`x` is not a decimal number"),
            (&Type::Number, "cb 7f f8 00 00 00 00 00 00", "the number is not finite"),
            (&Type::Dynamic, "a1 61", "an array is required, found msgpack FixStr(1)"),
            (&object, "80", "attribute `rule` is missing"),
            (&object, "81 a1 78 c0", "unknown attribute `x`"),
            (
                &object,
                "81 a4 72 75 6c 65 91 81 a3 61 67 65 c3",
                "rule[0].age: a number is required, found msgpack True",
            ),
        ];
        for (ty, bytes, message) in cases {
            assert_eq!(decode(ty, &hex(bytes)).unwrap_err().to_string(), *message, "{bytes}");
        }
    }

    /// A claimed length of four billion must not allocate four billion places.
    #[test]
    fn a_claimed_length_is_not_trusted() {
        assert!(decode(&Type::list(Type::String), &hex("dd ff ff ff ff")).is_err());
        assert!(decode(&Type::map(Type::String), &hex("df ff ff ff ff")).is_err());
        assert!(decode(&Type::String, &hex("c9 ff ff ff ff 0c")).is_err());
    }

    #[test]
    fn a_value_of_another_type_is_not_written() {
        let error = encode(&Type::object([("a", Type::Bool)]), &Value::object([("a", "x".into())])).unwrap_err();
        assert_eq!(error.to_string(), r#"a: String("x") does not fit the type "bool""#);
    }
}
