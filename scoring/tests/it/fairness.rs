//! What no feature may be about.

use scoring::features::CATALOG;

/// Words that would betray a feature of a person. Companies, goods, routes and posts are all that there is.
const PERSONAL: [&str; 14] = [
    "nationality",
    "citizen",
    "sex",
    "gender",
    "religion",
    "ethnic",
    "birth",
    "age",
    "passenger",
    "crew",
    "driver",
    "name",
    "residence",
    "person",
];

#[test]
fn no_feature_is_about_a_person() {
    for feature in CATALOG {
        for word in feature.name.split('_') {
            assert!(!PERSONAL.contains(&word), "{} names {word}", feature.name);
        }
    }
}
