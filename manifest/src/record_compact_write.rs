//! The compact form of stored values, written: what JSON would say, by place instead of by name.
//!
//! A structure is its present fields, each under its place from one, closed by a zero; so an absent field costs nothing
//! and a field that is added at the end needs no new version. Fields keep their places for ever. Numbers are LEB128
//! (signed ones in zigzag), texts and lists have their length in front, floats are eight bytes, little-endian.

use std::fmt::Display;

use serde::ser::{self, Impossible, Serialize};

/// Why a value has no compact form. The forms of this crate have all that is needed, so this is never seen.
#[derive(Debug, thiserror::Error)]
#[error("no compact form for {0}")]
pub(crate) struct NoForm(String);

impl ser::Error for NoForm {
    fn custom<T: Display>(problem: T) -> Self {
        Self(problem.to_string())
    }
}

/// Appends the compact form of a value.
pub(crate) fn write(value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NoForm> {
    value.serialize(&mut Compact { out })
}

struct Compact<'o> {
    out: &'o mut Vec<u8>,
}

impl Compact<'_> {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.out.push(number as u8);
    }

    fn length(&mut self, length: usize) {
        self.number(length as u64);
    }
}

/// The fields of a structure: the next one's place.
pub(crate) struct Fields<'c, 'o> {
    compact: &'c mut Compact<'o>,
    place: u64,
}

macro_rules! numbers {
    ($($name:ident: $type:ty, $as:expr;)+) => {$(
        fn $name(self, value: $type) -> Result<(), NoForm> {
            let of: fn($type) -> u64 = $as;
            self.number(of(value));
            Ok(())
        }
    )+};
}

/// Small magnitudes become small numbers, whatever their sign.
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

type No = Impossible<(), NoForm>;

impl<'c, 'o> ser::Serializer for &'c mut Compact<'o> {
    type Ok = ();
    type Error = NoForm;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = Fields<'c, 'o>;
    type SerializeStructVariant = No;

    numbers! {
        serialize_bool: bool, u64::from;
        serialize_u8: u8, u64::from;
        serialize_u16: u16, u64::from;
        serialize_u32: u32, u64::from;
        serialize_u64: u64, |value| value;
        serialize_i8: i8, |value| zigzag(i64::from(value));
        serialize_i16: i16, |value| zigzag(i64::from(value));
        serialize_i32: i32, |value| zigzag(i64::from(value));
        serialize_i64: i64, zigzag;
    }

    fn serialize_f32(self, value: f32) -> Result<(), NoForm> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), NoForm> {
        self.out.extend_from_slice(&value.to_bits().to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, _: char) -> Result<(), NoForm> {
        Err(NoForm("a character".to_owned()))
    }

    fn serialize_str(self, text: &str) -> Result<(), NoForm> {
        self.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), NoForm> {
        self.length(bytes.len());
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), NoForm> {
        self.out.push(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoForm> {
        self.out.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NoForm> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NoForm> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, place: u32, _: &'static str) -> Result<(), NoForm> {
        self.serialize_u32(place)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        place: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoForm> {
        self.number(u64::from(place));
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, NoForm> {
        self.length(length.ok_or_else(|| NoForm("a list of unknown length".to_owned()))?);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, NoForm> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'c, 'o>, NoForm> {
        Ok(Fields { compact: self, place: 0 })
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<No, NoForm> {
        Err(NoForm(name.to_owned()))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, NoForm> {
        Err(NoForm(name.to_owned()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, NoForm> {
        Err(NoForm("a map".to_owned()))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, NoForm> {
        Err(NoForm(name.to_owned()))
    }
}

impl ser::SerializeSeq for &mut Compact<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), NoForm> {
        Ok(())
    }
}

impl ser::SerializeTuple for &mut Compact<'_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoForm> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), NoForm> {
        Ok(())
    }
}

impl ser::SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = NoForm;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), NoForm> {
        self.place += 1;
        self.compact.number(self.place);
        value.serialize(&mut *self.compact)
    }

    fn skip_field(&mut self, _: &'static str) -> Result<(), NoForm> {
        self.place += 1;
        Ok(())
    }

    fn end(self) -> Result<(), NoForm> {
        self.compact.number(0);
        Ok(())
    }
}
