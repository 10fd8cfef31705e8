//! The shape of every enumeration that AWS sends as text.
//! ECS adds values without notice, so a value that is not known is kept as it came and is never an error.
//! Not for our own enumerations: those are plain, and matched exhaustively.

/// Defines an enumeration over the texts of one API shape, with `Other` for what this version does not know.
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $( $(#[$doc])* $variant, )+
            /// A value this version does not know, as it came.
            Other(String),
        }

        impl $name {
            /// The text AWS uses for it.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use text_enum;
