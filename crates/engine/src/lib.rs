//! What Outdial does: accept, dispatch, resolve, control, follow.
