//! Out: the store's plan to lanes to the target, and samples back to the store.
