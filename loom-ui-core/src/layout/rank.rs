//! Which column each box stands in.

use super::lists::Lists;

/// Columns for boxes, numbered from 0, none of them empty; and the edges, each turned so that it leads to a
/// later column. Edges that close a cycle are turned round for that.
pub(super) fn ranks(count: usize, edges: &mut [(u32, u32)]) -> Vec<u32> {
    let order = order(count, edges);
    let mut place = vec![0; count];
    for (at, node) in order.iter().enumerate() {
        place[*node as usize] = at;
    }
    for (from, to) in edges.iter_mut() {
        if place[*from as usize] > place[*to as usize] {
            std::mem::swap(from, to);
        }
    }
    let after = Lists::new(count, edges.iter().copied());
    let before = Lists::new(count, edges.iter().map(|(from, to)| (*to, *from)));

    let mut ranks = vec![0; count];
    let behind = |ranks: &[u32], node: u32| before.of(node).iter().map(|other| ranks[*other as usize] + 1).max();
    let ahead = |ranks: &[u32], node: u32| after.of(node).iter().map(|other| ranks[*other as usize] - 1).min();
    for node in &order {
        ranks[*node as usize] = behind(&ranks, *node).unwrap_or(0);
    }
    // The longest path puts a box as far left as it goes, and a file that only the last step reads at the far left. So
    // whatever shortens the edges by it moves right, taking along what leads to it; then whatever is drawn as much
    // from both sides goes back to what makes it.
    for node in order.iter().rev() {
        if let Some(rank) = ahead(&ranks, *node)
            && before.of(*node).len() <= after.of(*node).len()
        {
            ranks[*node as usize] = rank;
        }
    }
    for node in &order {
        if let Some(rank) = behind(&ranks, *node)
            && before.of(*node).len() >= after.of(*node).len()
        {
            ranks[*node as usize] = rank;
        }
    }
    ranks
}

/// The boxes, each after all that leads to it; where they go round in a cycle, the first one begins.
fn order(count: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let after = Lists::new(count, edges.iter().copied());
    let mut waiting = vec![0u32; count];
    for (_, to) in edges {
        waiting[*to as usize] += 1;
    }
    let mut order: Vec<u32> = Vec::with_capacity(count);
    let mut taken = vec![false; count];
    let (mut done, mut first) = (0, 0);
    for node in 0..count as u32 {
        if waiting[node as usize] == 0 {
            taken[node as usize] = true;
            order.push(node);
        }
    }
    while done < count {
        if done == order.len() {
            while taken[first] {
                first += 1;
            }
            taken[first] = true;
            order.push(first as u32);
        }
        for node in after.of(order[done]) {
            let left = &mut waiting[*node as usize];
            *left = left.saturating_sub(1);
            if *left == 0 && !std::mem::replace(&mut taken[*node as usize], true) {
                order.push(*node);
            }
        }
        done += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, edges: &[(u32, u32)], expected: &[u32]) {
        assert_eq!(ranks(count, &mut edges.to_vec()), expected, "{edges:?}");
    }

    #[test]
    fn boxes_stand_behind_all_that_leads_to_them() {
        check(0, &[], &[]);
        check(2, &[], &[0, 0]);
        check(4, &[(0, 1), (1, 2), (2, 3), (0, 3)], &[0, 1, 2, 3]);
    }

    #[test]
    fn what_only_a_late_box_needs_stands_before_it() {
        // 4 leads to 5, which only the last of a chain needs.
        check(6, &[(0, 1), (1, 2), (2, 3), (4, 5), (5, 3)], &[0, 1, 2, 3, 1, 2]);
        // What is made early and read late stays with its maker.
        check(6, &[(0, 1), (1, 2), (2, 3), (0, 4), (4, 3), (0, 5)], &[0, 1, 2, 3, 1, 1]);
    }

    #[test]
    fn a_cycle_is_opened_at_its_first_box() {
        let mut edges = [(1, 2), (2, 0), (0, 1)];
        assert_eq!(ranks(3, &mut edges), [0, 1, 2]);
        assert_eq!(edges, [(1, 2), (0, 2), (0, 1)]);
    }
}
