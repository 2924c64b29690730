//! What an application offers: its numbers and its AI agents. The vendor lists no IVRs; their ids are
//! shown in its console.

use super::wire::{AgentPage, NumberPage, Page};
use super::{TencentCcc, number};
use outdial_provider::{Catalog, CatalogItem, ProviderError};

/// The documented page size of numbers; a larger one is nowhere promised.
const NUMBERS: u32 = 20;
/// The largest page of agents.
const AGENTS: u32 = 100;
/// Pages read of either list.
const PAGES: u32 = 50;
/// A number that is not suspended.
const USABLE: i64 = 1;

impl TencentCcc {
    /// Callers as a task names them, agents as `agent:<id>`.
    pub(super) async fn offers(&self) -> Result<Catalog, ProviderError> {
        Ok(Catalog { templates: Some(self.agents().await?), callers: Some(self.numbers().await?) })
    }

    async fn agents(&self) -> Result<Vec<CatalogItem>, ProviderError> {
        let mut items = Vec::new();
        for page_number in 0..PAGES {
            let request = self.page(AGENTS, page_number);
            let page: AgentPage = self.client.read("DescribeAIAgentInfoList", &request).await?;
            let last = is_last(page.agents.len(), AGENTS, page_number, page.total_count);
            items.extend(page.agents.into_iter().filter_map(|agent| {
                Some(CatalogItem {
                    id: format!("agent:{}", agent.id?),
                    name: agent.name,
                    variables: agent.variables,
                })
            }));
            if last {
                break;
            }
        }
        Ok(items)
    }

    async fn numbers(&self) -> Result<Vec<CatalogItem>, ProviderError> {
        let mut items = Vec::new();
        for page_number in 0..PAGES {
            let request = self.page(NUMBERS, page_number);
            let page: NumberPage = self.client.read("DescribeNumbers", &request).await?;
            let last = is_last(page.numbers.len(), NUMBERS, page_number, page.total_count);
            let usable = page.numbers.into_iter().filter(|number| number.state.is_none_or(|s| s == USABLE));
            items.extend(usable.filter_map(|number| {
                let phone = number::read(&number.number?)?;
                Some(CatalogItem { id: phone.e164().to_owned(), name: None, variables: Vec::new() })
            }));
            if last {
                break;
            }
        }
        Ok(items)
    }

    fn page(&self, page_size: u32, page_number: u32) -> Page {
        Page { sdk_app_id: self.config.sdk_app_id, page_size, page_number }
    }
}

/// Whether a page ends its list; without a total, a page that is not full does.
fn is_last(items: usize, page_size: u32, page_number: u32, total: Option<i64>) -> bool {
    let read_so_far = i64::from(page_number + 1) * i64::from(page_size);
    items == 0 || total.map_or(items < page_size as usize, |total| read_so_far >= total)
}
