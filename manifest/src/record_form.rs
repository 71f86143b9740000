//! How single values stand in the stored form: borrowed when written, owned when read.

use std::borrow::Cow;

use serde::Serialize;

use crate::consignment::{ControlMeasure, ControlResult, CustomsRegime, HsCode, SealingParty};
use crate::conveyance::Mode;
use crate::manifest::Revision;
use crate::person::{CrewRole, PassengerService, Sex, StateCode, TravelDocumentType};
use crate::quantity::{Code, Mass, PartialDate};
use crate::record::RecordError;

/// A value that has a stored form.
pub(crate) trait Stored: Sized {
    /// Its stored form.
    type Form<'a>: Serialize
    where
        Self: 'a;

    /// The stored form of a value.
    fn form(&self) -> Self::Form<'_>;

    /// The value of a stored form.
    fn read(form: Self::Form<'_>) -> Result<Self, RecordError>;
}

/// True for what is left out of the JSON.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for bool {
    fn is_absent(&self) -> bool {
        !self
    }
}

impl Absent for Cow<'_, str> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for u32 {
    fn is_absent(&self) -> bool {
        *self == 0
    }
}

impl<T: Stored> Stored for Option<T> {
    type Form<'a>
        = Option<T::Form<'a>>
    where
        T: 'a;

    fn form(&self) -> Self::Form<'_> {
        self.as_ref().map(T::form)
    }

    fn read(form: Self::Form<'_>) -> Result<Self, RecordError> {
        form.map(T::read).transpose()
    }
}

impl<T: Stored> Stored for Vec<T> {
    type Form<'a>
        = Vec<T::Form<'a>>
    where
        T: 'a;

    fn form(&self) -> Self::Form<'_> {
        self.iter().map(T::form).collect()
    }

    fn read(form: Self::Form<'_>) -> Result<Self, RecordError> {
        form.into_iter().map(T::read).collect()
    }
}

impl Stored for String {
    type Form<'a> = Cow<'a, str>;

    fn form(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn read(form: Cow<'_, str>) -> Result<Self, RecordError> {
        Ok(form.into_owned())
    }
}

/// Numbers and truths stand as they are.
macro_rules! plain {
    ($($type:ty),+) => {$(impl Stored for $type {
        type Form<'a> = $type;

        fn form(&self) -> $type {
            *self
        }

        fn read(form: $type) -> Result<Self, RecordError> {
            Ok(form)
        }
    })+};
}
plain!(bool, f64, i16, i32, i64, u32);

/// Values that stand as a text which their own constructor reads back.
macro_rules! text {
    ($($type:ty, $what:literal, $write:expr, $read:expr;)+) => {$(impl Stored for $type {
        type Form<'a> = Cow<'a, str>;

        fn form(&self) -> Cow<'_, str> {
            let write: fn(&$type) -> Cow<'_, str> = $write;
            write(self)
        }

        fn read(form: Cow<'_, str>) -> Result<Self, RecordError> {
            let read: fn(&str) -> Option<$type> = $read;
            read(&form).ok_or(RecordError::Value($what))
        }
    })+};
}
text! {
    Code<2>, "a country code", |code| code.as_str().into(), Code::new;
    Code<3>, "a currency code", |code| code.as_str().into(), Code::new;
    StateCode, "a state code", |code| code.as_str().into(), StateCode::new;
    HsCode, "a tariff code", |code| code.as_str().into(), HsCode::new;
    Mode, "a mode of transport", |mode| mode.code().into(), Mode::from_code;
    CustomsRegime, "a customs regime", |word| word.as_str().into(), CustomsRegime::parse;
    SealingParty, "a sealing party", |word| word.as_str().into(), SealingParty::parse;
    ControlMeasure, "a control measure", |word| word.as_str().into(), ControlMeasure::parse;
    ControlResult, "a control result", |word| word.as_str().into(), ControlResult::parse;
    PassengerService, "a passenger service", |word| word.as_str().into(), PassengerService::parse;
    Sex, "a sex", |word| word.as_str().into(), Sex::parse;
    TravelDocumentType, "a kind of travel document", |word| word.as_str().into(), TravelDocumentType::parse;
    CrewRole, "a crew role", |word| word.as_str().into(), CrewRole::parse;
    PartialDate, "a date", |date| date_text(*date).into(), read_date;
    jiff::Timestamp, "an instant", |instant| instant.to_string().into(), |text| text.parse().ok();
}

impl Stored for Mass {
    type Form<'a> = i64;

    fn form(&self) -> i64 {
        self.mg()
    }

    fn read(form: i64) -> Result<Self, RecordError> {
        Mass::from_mg(form).ok_or(RecordError::Value("a mass"))
    }
}

impl Stored for Revision {
    type Form<'a> = u32;

    fn form(&self) -> u32 {
        self.number()
    }

    fn read(form: u32) -> Result<Self, RecordError> {
        Revision::new(i64::from(form)).ok_or(RecordError::Value("a revision"))
    }
}

/// `1990-05-17`, `1990-05` or `1990`. Written by hand: a list of passengers has hundreds of dates.
fn date_text(date: PartialDate) -> String {
    let digit = |number: i16| char::from(b'0' + u8::try_from(number % 10).unwrap_or(0));
    let year = date.year();
    let mut text = String::with_capacity(10);
    text.extend([digit(year / 1000), digit(year / 100), digit(year / 10), digit(year)]);
    for part in [date.month(), date.day()].map(i16::from).into_iter().take_while(|part| *part > 0) {
        text.extend(['-', digit(part / 10), digit(part)]);
    }
    text
}

fn read_date(text: &str) -> Option<PartialDate> {
    let mut parts = text.split('-').map(str::parse::<i32>);
    let mut next = || parts.next().map_or(Some(0), Result::ok);
    PartialDate::new(next()?, next()?, next()?)
}

/// Defines the stored form of a noun: the same fields under the same names, absent ones left out. A field keeps its name
/// and its place for ever; a new one is added at the end.
macro_rules! stored {
    ($($form:ident of $type:ident { $($field:ident: $as:ty),+ $(,)? })+) => {$(
        #[doc = concat!("Stored form of [`", stringify!($type), "`].")]
        #[derive(serde::Serialize, serde::Deserialize, Default)]
        pub(crate) struct $form<'a> {
            $(
                #[serde(default, skip_serializing_if = "crate::record_form::Absent::is_absent")]
                pub(crate) $field: <$as as crate::record_form::Stored>::Form<'a>,
            )+
        }

        impl crate::record_form::Stored for $type {
            type Form<'a> = $form<'a>;

            fn form(&self) -> $form<'_> {
                $form { $($field: crate::record_form::Stored::form(&self.$field),)+ }
            }

            fn read(form: $form<'_>) -> Result<Self, crate::record::RecordError> {
                Ok($type { $($field: <$as as crate::record_form::Stored>::read(form.$field)?,)+ })
            }
        }
    )+};
}
pub(crate) use stored;
