//! Who may do what: roles, permissions, grants, and which of them one person may not hold together.
//!
//! A grant is role × region × programme × last day. Knows no accounts and no sessions: whoever calls hands in the
//! grants of the person who acts. Start at [`allows`]; the table itself is [`may`].

mod grant;
mod incompatible;
mod permission;
mod programme;
mod role;
mod table;

pub use grant::{Grant, allows, allows_for, regions};
pub use incompatible::{GrantFault, check_grants, clashing_duties, clashing_roles};
pub use permission::Permission;
pub use programme::{Approval, Programme};
pub use role::{Role, RoleKind};
pub use table::{AUTHORITY, AuthorityRow, may, permissions_of};
