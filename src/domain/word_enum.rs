//! The shape of every enumeration of our own whose values are words that people type: a closed set, read as it is written, and
//! what is none of it is told all of it.
//! Not for texts of AWS, which add values without notice: those are a `text_enum`.

/// Defines an enumeration with the word of each value.
macro_rules! word_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $( $(#[$doc])* $variant, )+
        }

        impl $name {
            /// All of them.
            $vis const ALL: &[Self] = &[$( Self::$variant, )+];

            /// Its word.
            #[must_use]
            $vis fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().find(|value| value.as_str() == text);
                known.copied().ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    format!("expected one of: `{}`", words.join("`, `"))
                })
            }
        }
    };
}

pub(crate) use word_enum;

#[cfg(test)]
mod tests {
    word_enum! {
        /// For the test.
        pub(super) enum Side {
            /// One.
            Left = "left",
            /// The other.
            Right = "right",
        }
    }

    #[test]
    fn a_word_is_read_as_it_is_written_and_another_is_told_all() {
        for side in Side::ALL {
            assert_eq!(side.to_string().parse(), Ok(*side));
        }
        for other in ["", "Left", " left"] {
            let refused = other.parse::<Side>().unwrap_err();
            assert_eq!(refused, "expected one of: `left`, `right`");
        }
    }
}
