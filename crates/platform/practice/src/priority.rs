//! Priority from impact and urgency: a matrix that administrators may change.

use serde::{Deserialize, Serialize};
use steward_fields::Registry;

/// The setting of a kind that holds its matrix.
pub(crate) const MATRIX: &str = "priority_matrix";

/// The matrix: `cells[impact - 1][urgency - 1]` is the priority, 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityMatrix {
    /// Priorities by impact, then urgency.
    pub cells: [[u8; 3]; 3],
}

impl Default for PriorityMatrix {
    /// The matrix every row of the shipped real log obeys; impact 1 with
    /// urgency 3 does not occur there and is Moderate.
    fn default() -> Self {
        PriorityMatrix { cells: [[1, 2, 3], [2, 3, 4], [3, 4, 4]] }
    }
}

impl PriorityMatrix {
    /// The matrix of a kind: the one an administrator set, or the default.
    pub fn of(registry: &Registry) -> PriorityMatrix {
        let set = registry.settings.get(MATRIX).cloned();
        set.and_then(|set| serde_json::from_value(set).ok()).unwrap_or_default()
    }

    /// The priority for impact and urgency, each 1 to 3; others count as 3.
    pub fn priority(&self, impact: u8, urgency: u8) -> u8 {
        let place = |level: u8| usize::from(level.clamp(1, 3)) - 1;
        self.cells[place(impact)][place(urgency)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_matrix_is_the_one_of_the_real_log() {
        let matrix = PriorityMatrix::default();
        for (impact, urgency, priority) in [
            (1, 1, 1),
            (1, 2, 2),
            (1, 3, 3),
            (2, 1, 2),
            (2, 2, 3),
            (2, 3, 4),
            (3, 1, 3),
            (3, 2, 4),
            (3, 3, 4),
        ] {
            assert_eq!(matrix.priority(impact, urgency), priority, "{impact} x {urgency}");
        }
    }
}
