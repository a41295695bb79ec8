//! Choices out of random numbers. Zero is always the plainest choice, and so is what comes after the last number: a
//! failing case shrinks toward plain programs and households.

/// Numbers to choose by.
pub(crate) struct Draw<'d> {
    numbers: std::slice::Iter<'d, u32>,
}

impl<'d> Draw<'d> {
    pub(crate) fn new(numbers: &'d [u32]) -> Draw<'d> {
        Draw { numbers: numbers.iter() }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.next().copied().unwrap_or(0);
        usize::try_from(number).unwrap() % end.max(1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of them; the first is the plainest.
    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// Something in so many of a hundred cases.
    pub(crate) fn option<T>(&mut self, percent: usize, of: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(percent).then(|| of(self))
    }

    /// From `least` up to and with `most` of them.
    pub(crate) fn some<T>(&mut self, least: usize, most: usize, mut of: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| of(self)).collect()
    }

    /// A whole number below `end`.
    pub(crate) fn number(&mut self, end: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(end).unwrap())).unwrap()
    }
}

/// The same random numbers every time (xorshift).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 32).unwrap()
    }

    pub(crate) fn list(&mut self, length: usize) -> Vec<u32> {
        (0..length).map(|_| self.next()).collect()
    }

    /// At least `from` and fewer than `to` lists.
    pub(crate) fn lists(&mut self, length: usize, from: u32, to: u32) -> Vec<Vec<u32>> {
        let count = from + self.next() % (to - from);
        (0..count).map(|_| self.list(length)).collect()
    }
}
