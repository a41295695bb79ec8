//! Two policies over the same people: who gains, who loses, what it costs whom.
