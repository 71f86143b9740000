//! As much of PromQL as it takes to say which series an expression asks for: selectors with their matchers, and the labels
//! that it groups by. Whether the whole is well-formed, `promtool` says.

/// What an expression names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The series that it asks for.
    pub(super) selectors: Vec<Selector>,
    /// Labels in `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`.
    pub(super) groups: Vec<String>,
}

/// A metric, and what its labels must be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selector {
    pub(super) metric: String,
    pub(super) matchers: Vec<Matcher>,
}

/// One label's condition, for instance `reason`, `=~`, `INTERNAL|OVERLOADED`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Matcher {
    pub(super) label: String,
    pub(super) operator: String,
    pub(super) value: String,
}

const FUNCTIONS: [&str; 16] = [
    "absent",
    "avg",
    "count",
    "floor",
    "histogram_quantile",
    "increase",
    "label_values",
    "last_over_time",
    "max_over_time",
    "max",
    "min",
    "rate",
    "sum",
    "topk",
    "offset",
    "bool",
];
const OPERATORS: [&str; 3] = ["and", "or", "unless"];
const GROUPINGS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// Reads an expression.
pub(super) fn named(expression: &str) -> Named {
    let mut rest = expression;
    let mut found = Named::default();
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() || first == '$' {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._$".contains(c));
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            rest = behind;
            if GROUPINGS.contains(&word) {
                let (labels, behind) =
                    enclosed(rest, '(', ')').unwrap_or_else(|| panic!("{word} without labels: {expression}"));
                found.groups.extend(
                    labels.split(',').map(|label| label.trim().to_owned()).filter(|label| !label.is_empty()),
                );
                rest = behind;
            } else if FUNCTIONS.contains(&word) || OPERATORS.contains(&word) {
            } else if word == "namespace" && expression.starts_with("label_values") {
                found.groups.push(word.to_owned());
            } else {
                let (matchers, behind) = enclosed(rest, '{', '}').unwrap_or(("", rest));
                found.selectors.push(Selector { metric: word.to_owned(), matchers: matchers_of(matchers) });
                rest = behind;
            }
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// What stands between the brackets that `text` begins with, and what is behind them. None of our values holds one.
fn enclosed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix(open)?.split_once(close)
}

fn matchers_of(text: &str) -> Vec<Matcher> {
    text.split(',')
        .filter(|matcher| !matcher.trim().is_empty())
        .map(|matcher| {
            let (label, value) =
                matcher.split_once(['=', '!']).unwrap_or_else(|| panic!("not a matcher: {matcher}"));
            let operator: String =
                matcher[label.len()..].chars().take_while(|c| "=!~".contains(*c)).collect();
            let value = value.trim_start_matches(['=', '~']).trim().trim_matches('"');
            Matcher { label: label.trim().to_owned(), operator, value: value.to_owned() }
        })
        .collect()
}

#[test]
fn expressions_are_taken_apart() {
    let found = named(r#"sum by (a, b) (increase(m_total{x=~"P|Q",y!="z"}[10m] offset 1w)) > 0.5 unless n"#);
    let matcher = |label: &str, operator: &str, value: &str| Matcher {
        label: label.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
    };
    let with = vec![matcher("x", "=~", "P|Q"), matcher("y", "!=", "z")];
    let alone = Selector { metric: "n".to_owned(), matchers: Vec::new() };
    assert_eq!(found.selectors, [Selector { metric: "m_total".to_owned(), matchers: with }, alone]);
    assert_eq!(found.groups, ["a", "b"]);
}
