//! How much of a consignment or conveyance an examination was able to find, by its measures. Decision 0073.

use proto::v1::ControlMeasure;

/// What of a part an examination would have found, had it been there: for this it counts, and for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everything: a physical examination of all of it. Only this is comparable with what was predicted, and only this is a
    /// random check.
    Whole,
    /// Everything about some of the goods items: a physical examination of those.
    Part,
    /// One side of it. Papers do not show what is in a box, nor an image what it is worth, nor a scale whose it is: a clean one
    /// says nothing of the rest, and a share of those that were not clean is no share.
    Aspect,
}

impl Reach {
    /// Of an examination by these measures (the contract's numbers). `examined`: the places of the goods items, in any order, none
    /// for all; `items`: how many there are, 0 for what has none.
    pub(super) fn of(measures: &[i32], examined: &[usize], items: usize) -> Self {
        if !measures.contains(&ControlMeasure::Physical.into()) {
            return Reach::Aspect;
        }
        let all = examined.is_empty() || (0..items).all(|item| examined.contains(&item));
        if all { Reach::Whole } else { Reach::Part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_physical_examination_sees_everything_and_only_of_all_the_whole() {
        let physical = i32::from(ControlMeasure::Physical);
        let others = [
            ControlMeasure::Documentary,
            ControlMeasure::NonIntrusive,
            ControlMeasure::Weighing,
            ControlMeasure::Radiation,
        ]
        .map(i32::from);
        assert_eq!(Reach::of(&others, &[], 2), Reach::Aspect);
        for measures in [&[physical][..], &[1, physical]] {
            assert_eq!(Reach::of(measures, &[], 2), Reach::Whole);
            assert_eq!(Reach::of(measures, &[1, 0], 2), Reach::Whole);
            assert_eq!(Reach::of(measures, &[1], 2), Reach::Part);
            assert_eq!(Reach::of(measures, &[], 0), Reach::Whole);
        }
    }
}
