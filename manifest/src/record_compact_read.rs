//! The compact form of stored values, read: the other side of `record_compact_write`. Whatever the bytes are, a read ends
//! with a value or with the place of the damage, and takes no more memory than the bytes can hold values.

use std::fmt::Display;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// The bytes are not what was written. Never holds what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("damaged at byte {0}")]
pub(crate) struct Damaged(pub(crate) usize);

impl de::Error for Damaged {
    fn custom<T: Display>(_: T) -> Self {
        // What serde would say may repeat the value; the place is filled in on the way out.
        Self(0)
    }
}

/// Reads one value that takes all of the bytes.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Damaged> {
    let mut input = Input { rest: bytes };
    match T::deserialize(&mut input) {
        Ok(value) if input.rest.is_empty() => Ok(value),
        Ok(_) | Err(_) => Err(Damaged(bytes.len() - input.rest.len())),
    }
}

struct Input<'de> {
    rest: &'de [u8],
}

impl<'de> Input<'de> {
    fn take(&mut self, length: usize) -> Result<&'de [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Damaged(0))?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.rest.split_first().ok_or(Damaged(0))?;
        self.rest = rest;
        Ok(*byte)
    }

    fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(Damaged(0));
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged(0))
    }

    fn signed(&mut self) -> Result<i64, Damaged> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A length that what is left can hold.
    fn length(&mut self) -> Result<usize, Damaged> {
        let length = usize::try_from(self.number()?).map_err(|_| Damaged(0))?;
        if length <= self.rest.len() { Ok(length) } else { Err(Damaged(0)) }
    }

    fn text(&mut self) -> Result<&'de str, Damaged> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Damaged(0))
    }
}

macro_rules! numbers {
    ($($name:ident: $read:ident as $visit:ident;)+) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
            visitor.$visit(self.$read()?)
        }
    )+};
}

impl<'de> de::Deserializer<'de> for &mut Input<'de> {
    type Error = Damaged;

    numbers! {
        deserialize_u8: number as visit_u64;
        deserialize_u16: number as visit_u64;
        deserialize_u32: number as visit_u64;
        deserialize_u64: number as visit_u64;
        deserialize_i8: signed as visit_i64;
        deserialize_i16: signed as visit_i64;
        deserialize_i32: signed as visit_i64;
        deserialize_i64: signed as visit_i64;
        deserialize_str: text as visit_borrowed_str;
        deserialize_string: text as visit_borrowed_str;
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        match self.byte()? {
            0 => visitor.visit_bool(false),
            1 => visitor.visit_bool(true),
            _ => Err(Damaged(0)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        let bytes = self.take(8)?.try_into().map_err(|_| Damaged(0))?;
        visitor.visit_f64(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        let length = self.length()?;
        visitor.visit_borrowed_bytes(self.take(length)?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        match self.byte()? {
            0 => visitor.visit_none(),
            1 => visitor.visit_some(self),
            _ => Err(Damaged(0)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Damaged> {
        // Every element takes a byte at least, so what is left bounds the list.
        let left = self.length()?;
        visitor.visit_seq(Elements { input: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Damaged> {
        visitor.visit_seq(Elements { input: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        visitor.visit_map(Fields { input: self })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Damaged> {
        visitor.visit_enum(Variant { input: self })
    }

    // A field or variant that this version does not know has no length that could be skipped; nothing else asks these.
    serde::forward_to_deserialize_any! { char tuple_struct map identifier ignored_any }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Damaged> {
        Err(Damaged(0))
    }
}

struct Elements<'d, 'de> {
    input: &'d mut Input<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Damaged;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Damaged> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.input).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

struct Fields<'d, 'de> {
    input: &'d mut Input<'de>,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Damaged;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Damaged> {
        match self.input.number()?.checked_sub(1) {
            // serde knows a field by its place too.
            Some(place) => seed.deserialize(place.into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Damaged> {
        seed.deserialize(&mut *self.input)
    }
}

struct Variant<'d, 'de> {
    input: &'d mut Input<'de>,
}

impl<'d, 'de> EnumAccess<'de> for Variant<'d, 'de> {
    type Error = Damaged;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Damaged> {
        let place = self.input.number()?;
        Ok((seed.deserialize(place.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Damaged;

    fn unit_variant(self) -> Result<(), Damaged> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Damaged> {
        seed.deserialize(self.input)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Damaged> {
        Err(Damaged(0))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Damaged> {
        Err(Damaged(0))
    }
}
