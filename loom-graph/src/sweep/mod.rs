//! Searching: from axes to configurations, and from steps to one unit for each configuration that concerns them.

mod space;

pub use space::{AxisValue, ConfigId, Space, SpaceAxis};
