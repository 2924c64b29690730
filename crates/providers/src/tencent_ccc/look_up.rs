//! The list of tasks, read for those that carry our key in their name.
//!
//! One creating request may have been carried out twice, so all of them are wanted and not only the first.
//! Nothing is documented about the list but its pages: no search, no order. It is read newest first, whichever
//! end that is. As long as it is in order of ids, tasks made by one request are neighbours, and reading ends a
//! page after the last of ours; else it is read whole. What could not be read proves no absence.

use super::TencentCcc;
use super::segments::{parse_ref, read_task};
use super::wire::{Task, TaskPage};
use outdial_model::SegmentId;
use outdial_provider::ProviderError;
use std::collections::{BTreeMap, HashSet};

/// Tasks per page, the most that is safe (dossier section 19, 15).
const PAGE_SIZE: u32 = 100;
/// Pages of one look: ten thousand tasks.
const PAGES: u32 = 100;

/// What a look through the list has shown.
pub(super) struct Sighting {
    /// Tasks with our key, by their ids.
    pub(super) ours: BTreeMap<u64, Task>,
    /// Whether none can have been missed.
    pub(super) complete: bool,
}

impl TencentCcc {
    /// Looks for every task with `key` in its name; for the one of id `known`, if there is such, in any case.
    pub(super) async fn look_through(
        &self,
        key: &SegmentId,
        known: Option<u64>,
    ) -> Result<Sighting, ProviderError> {
        let first = Leaf::of(self.task_page(PAGE_SIZE, 0).await?)?;
        let oldest_first = first.is_rising();
        let last = first.total.map_or(0, |total| total.saturating_sub(1) / u64::from(PAGE_SIZE));
        let last = u32::try_from(last).unwrap_or(u32::MAX);
        let (mut sweep, mut first) = (Sweep::new(key, known, first.total), Some(first));
        for step in 0..PAGES {
            let number = if oldest_first { last.checked_sub(step) } else { Some(step) };
            let Some(number) = number else { break };
            let mut leaf = match first.take_if(|_| number == 0) {
                Some(first) => first,
                None => Leaf::of(self.task_page(PAGE_SIZE, number).await?)?,
            };
            if oldest_first {
                leaf.tasks.reverse();
            }
            let is_end = leaf.tasks.is_empty();
            sweep.take_in(leaf);
            if is_end || sweep.is_complete() {
                break;
            }
        }
        Ok(Sighting { complete: sweep.is_complete(), ours: sweep.ours })
    }
}

/// A page of the list, read.
struct Leaf {
    tasks: Vec<(u64, Task)>,
    /// Tasks in the whole list.
    total: Option<u64>,
}

impl Leaf {
    fn of(page: TaskPage) -> Result<Self, ProviderError> {
        let tasks = page.tasks.iter().map(|raw| {
            let task = read_task(raw)?;
            let id = parse_ref(task.task_id.as_deref().unwrap_or_default());
            let id = id.map_err(|_| ProviderError::unexpected("the vendor lists a task without an id"))?;
            Ok((id, task))
        });
        Ok(Self {
            tasks: tasks.collect::<Result<_, ProviderError>>()?,
            total: page.total_count.and_then(|total| u64::try_from(total).ok()),
        })
    }

    fn is_rising(&self) -> bool {
        self.tasks.len() > 1 && self.tasks.is_sorted_by_key(|(id, _)| *id)
    }
}

/// A look under way: pages come in newest first.
struct Sweep<'a> {
    key: &'a str,
    known: Option<u64>,
    ours: BTreeMap<u64, Task>,
    seen: HashSet<u64>,
    /// Tasks there were when the look began, and at the last page.
    totals: (Option<u64>, Option<u64>),
    /// The lowest id so far, while every new one was lower than all before.
    falling_to: Option<u64>,
    /// Pages since the last one with a task of ours.
    pages_since: u32,
}

impl<'a> Sweep<'a> {
    fn new(key: &'a SegmentId, known: Option<u64>, total: Option<u64>) -> Self {
        Self {
            key: key.as_str(),
            known,
            ours: BTreeMap::new(),
            seen: HashSet::new(),
            totals: (total, total),
            falling_to: Some(u64::MAX),
            pages_since: 0,
        }
    }

    /// Tasks made meanwhile push others onto the next page, so some are met twice.
    fn take_in(&mut self, leaf: Leaf) {
        self.totals.1 = leaf.total;
        self.pages_since += 1;
        for (id, task) in leaf.tasks {
            if !self.seen.insert(id) {
                continue;
            }
            self.falling_to = self.falling_to.filter(|lowest| id < *lowest).map(|_| id);
            if task.name.as_deref().is_some_and(|name| name.contains(self.key)) {
                self.ours.insert(id, task);
                self.pages_since = 0;
            }
        }
    }

    fn is_complete(&self) -> bool {
        let in_order = self.falling_to.is_some();
        // In order, whatever was made meanwhile stands before the first page and was not counted as seen.
        let all = if in_order { self.totals.0 } else { self.totals.1 };
        let whole = all.is_some_and(|all| u64::try_from(self.seen.len()).is_ok_and(|seen| seen >= all));
        let is_sighted = self.known.map_or(!self.ours.is_empty(), |known| self.ours.contains_key(&known));
        whole || (in_order && is_sighted && self.pages_since > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key() -> SegmentId {
        "seg_01jn9kzr00e0080000000000a1".parse().unwrap()
    }

    /// A page of tasks, those in `ours` with our key.
    fn leaf(ids: &[u64], ours: &[u64], total: u64) -> Leaf {
        let task = |id: &u64| {
            let name = if ours.contains(id) { format!("{} March", key()) } else { "March".to_owned() };
            json!({"TaskId": id, "Name": name, "State": 0})
        };
        let tasks: Vec<_> = ids.iter().map(task).collect();
        let page = json!({"TotalCount": total, "Tasks": tasks});
        Leaf::of(serde_json::from_value(page).unwrap()).unwrap()
    }

    fn swept(known: Option<u64>, leaves: impl IntoIterator<Item = Leaf>, total: u64) -> (Vec<u64>, bool) {
        let key = key();
        let mut sweep = Sweep::new(&key, known, Some(total));
        for leaf in leaves {
            sweep.take_in(leaf);
        }
        (sweep.ours.keys().copied().collect(), sweep.is_complete())
    }

    #[test]
    fn twins_are_neighbours_in_a_list_in_order_and_the_page_after_them_ends_the_look() {
        let pages = || [leaf(&[9, 8], &[8], 9), leaf(&[7, 6], &[7], 9), leaf(&[5, 4], &[], 9)];
        assert_eq!(swept(None, pages().into_iter().take(2), 9), (vec![7, 8], false), "there may be a third");
        assert_eq!(swept(None, pages(), 9), (vec![7, 8], true));
        assert_eq!(swept(Some(3), pages(), 9), (vec![7, 8], false), "the one that is known is still to come");
    }

    #[test]
    fn a_list_in_no_order_is_read_whole() {
        let pages = || [leaf(&[4, 9], &[9], 5), leaf(&[7, 2], &[], 5), leaf(&[1], &[1], 5)];
        assert_eq!(swept(None, pages().into_iter().take(2), 5), (vec![9], false));
        assert_eq!(swept(None, pages(), 5), (vec![1, 9], true));
    }

    #[test]
    fn absent_is_only_what_is_in_none_of_as_many_tasks_as_there_are() {
        assert_eq!(swept(None, [leaf(&[3, 2], &[], 3)], 3), (vec![], false));
        assert_eq!(swept(None, [leaf(&[3, 2], &[], 3), leaf(&[2, 1], &[], 3)], 3), (vec![], true));
        assert_eq!(
            swept(None, [leaf(&[2, 1], &[], 4), leaf(&[], &[], 4)], 4),
            (vec![], false),
            "two are missing"
        );
        // One is made while the list is read: in order it cannot hide another, else it could.
        assert_eq!(swept(None, [leaf(&[3, 2], &[], 3), leaf(&[2, 1], &[], 4)], 3), (vec![], true));
        assert_eq!(swept(None, [leaf(&[2, 3], &[], 3), leaf(&[4], &[], 4)], 3), (vec![], false));
    }
}
