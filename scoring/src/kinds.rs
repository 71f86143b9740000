//! Closed lists whose codes and words are stored: of counters, of entrepreneurs' parts.

macro_rules! kinds {
    (
        $(#[doc = $doc:literal])+ $enum:ident, $(#[doc = $of_word:literal])+ $word:ident {
            $( $(#[doc = $each:literal])+ $name:ident = $code:literal $text:literal, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum { $( $(#[doc = $each])+ $name = $code, )+ }

        impl $enum {
            /// Every kind, in the order of their codes.
            pub const ALL: &[$enum] = &[$( $enum::$name, )+];

            $(#[doc = $of_word])+
            #[must_use]
            pub const fn $word(self) -> &'static str {
                match self { $( $enum::$name => $text, )+ }
            }

            /// The kind's number in a stored row.
            #[must_use]
            pub const fn code(self) -> i64 {
                self as i64
            }

            /// The kind that a stored number names.
            #[must_use]
            pub fn from_code(code: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}
pub(crate) use kinds;
