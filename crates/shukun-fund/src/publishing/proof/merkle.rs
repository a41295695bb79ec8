//! A Merkle tree over leaves in their order, as RFC 9162 section 2.1 has it: roots, inclusion, consistency.
//!
//! Knows nothing of what a leaf says. A leaf is hashed behind 0x00 and a pair behind 0x01, so that neither can pass for
//! the other. Start at [`root`].

use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash of what a leaf says.
pub fn leaf_hash(content: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(content).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over hashed leaves; of none, the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        more => {
            let (left, right) = more.split_at(split(more.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two below `count` (2 or more).
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The hashes that lead from the leaf at `index` to the root, lowest first; none where there is no such leaf.
pub fn inclusion_path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    let (mut path, other) =
        if index < at { (inclusion_path(left, index)?, right) } else { (inclusion_path(right, index - at)?, left) };
    path.push(root(other));
    Some(path)
}

/// Whether `path` leads from this leaf at `index` of `size` leaves to `root`.
pub fn includes(leaf: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(step, &hash);
            while node != 0 && node.is_multiple_of(2) {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// The hashes that show that the first `old` leaves are still the head of all `leaves`; none where `old` is more.
pub fn consistency_path(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old > leaves.len() {
        return None;
    }
    Some(if old == 0 || old == leaves.len() { Vec::new() } else { subproof(leaves, old, true) })
}

fn subproof(leaves: &[Hash], old: usize, is_whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_whole { Vec::new() } else { vec![root(leaves)] };
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    let (mut path, other) =
        if old <= at { (subproof(left, old, is_whole), right) } else { (subproof(right, old - at, false), left) };
    path.push(root(other));
    path
}

/// Whether the tree of `size` leaves under `root` begins with the tree of `old` leaves under `old_root`.
pub fn is_consistent(old: u64, size: u64, old_root: &Hash, root: &Hash, path: &[Hash]) -> bool {
    if old > size {
        return false;
    }
    if old == 0 {
        return path.is_empty();
    }
    if old == size {
        return path.is_empty() && old_root == root;
    }
    let (mut node, mut last) = (old - 1, size - 1);
    while node % 2 == 1 {
        (node, last) = (node / 2, last / 2);
    }
    let (first, rest) = match path.split_first() {
        _ if old.is_power_of_two() => (*old_root, path),
        Some((first, rest)) => (*first, rest),
        None => return false,
    };
    let (mut before, mut after) = (first, first);
    for step in rest {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            (before, after) = (node_hash(step, &before), node_hash(step, &after));
            while node != 0 && node.is_multiple_of(2) {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            after = node_hash(&after, step);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && before == *old_root && after == *root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::hex;
    use super::*;

    /// The leaves and roots by which logs of RFC 6962 and 9162 are tested against each other.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn known_leaves() -> Vec<Hash> {
        LEAVES.iter().map(|leaf| leaf_hash(&hex::read(leaf).unwrap())).collect()
    }

    #[test]
    fn roots_are_those_of_the_rfc() {
        let leaves = known_leaves();
        for (index, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex::show(&root(&leaves[..=index])), *expected, "{} leaves", index + 1);
        }
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex::show(&root(&[])), nothing);
    }

    #[test]
    fn paths_are_those_of_the_rfc() {
        let leaves = known_leaves();
        let shown = |path: Vec<Hash>| path.iter().map(|hash| hex::show(hash)[..8].to_owned()).collect::<Vec<_>>();
        assert_eq!(shown(inclusion_path(&leaves, 5).unwrap()), ["bc1a0643", "ca854ea1", "d37ee418"]);
        assert_eq!(shown(consistency_path(&leaves, 6).unwrap()), ["0ebc5d34", "ca854ea1", "d37ee418"]);
    }

    #[test]
    fn every_leaf_and_every_older_tree_up_to_forty() {
        let leaves: Vec<Hash> = (0..40_u8).map(|number| leaf_hash(&[number])).collect();
        for size in 1..=leaves.len() {
            let (part, whole) = (&leaves[..size], root(&leaves[..size]));
            for index in 0..size {
                let path = inclusion_path(part, index).unwrap();
                assert!(includes(part[index], index as u64, size as u64, &path, &whole));
                let older = consistency_path(part, index + 1).unwrap();
                assert!(is_consistent(index as u64 + 1, size as u64, &root(&leaves[..=index]), &whole, &older));
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_included_or_consistent(size in 2_u64..60, pick in 0_u64..1000, bit in 0_usize..256, at in 0_usize..20) {
            let leaves: Vec<Hash> = (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            let (index, whole) = (pick % size, root(&leaves));
            let place = usize::try_from(index).unwrap();
            let path = inclusion_path(&leaves, place).unwrap();
            let mut wrong = path.clone();
            let step = at % path.len();
            wrong[step][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!includes(leaves[place], index, size, &wrong, &whole));
            prop_assert!(!includes(leaves[place], (index + 1) % size, size, &path, &whole));
            let older = consistency_path(&leaves, place + 1).unwrap();
            let mut old_root = root(&leaves[..=place]);
            old_root[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!is_consistent(index + 1, size, &old_root, &whole, &older));
        }
    }
}
