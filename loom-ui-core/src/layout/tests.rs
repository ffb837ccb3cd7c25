use proptest::prelude::*;

use super::*;

fn sketch(boxes: usize, edges: &[(usize, usize)]) -> Sketch {
    Sketch { boxes: vec![Shape { w: 100.0, h: 40.0, frame: None }; boxes], edges: edges.to_vec(), ..Sketch::default() }
}

/// The middles of the left sides, which is where edges end.
fn places(layout: &Layout) -> Vec<(f64, f64)> {
    layout.corners.iter().map(|corner| (corner.x, corner.y + 20.0)).collect()
}

#[test]
fn nothing_takes_no_room() {
    assert_eq!(lay_out(&Sketch::default()), Layout::default());
}

#[test]
fn a_chain_is_straight() {
    let layout = lay_out(&sketch(3, &[(0, 1), (1, 2)]));
    assert_eq!(places(&layout), [(0.0, 20.0), (164.0, 20.0), (328.0, 20.0)]);
    assert_eq!(layout.routes[1], [Point { x: 264.0, y: 20.0 }, Point { x: 328.0, y: 20.0 }]);
    assert_eq!((layout.width, layout.height), (428.0, 40.0));
}

#[test]
fn what_joins_ports_is_straight() {
    let mut sketch = sketch(3, &[(0, 1), (1, 2)]);
    sketch.ends = vec![(-15.0, 5.0), (10.0, -20.0)];
    let layout = lay_out(&sketch);
    assert_eq!(places(&layout), [(0.0, 40.0), (164.0, 20.0), (328.0, 50.0)]);
    assert!(layout.routes.iter().all(|route| route.len() == 2), "{:?}", layout.routes);
}

#[test]
fn ports_say_who_stands_above() {
    // What leaves at the top leads to what stands at the top, though it comes later.
    let mut sketch = sketch(3, &[(0, 1), (0, 2)]);
    sketch.ends = vec![(15.0, 0.0), (-15.0, 0.0)];
    let layout = lay_out(&sketch);
    assert!(layout.corners[2].y < layout.corners[1].y, "{:?}", layout.corners);
}

#[test]
fn a_diamond_is_even() {
    let layout = lay_out(&sketch(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]));
    let heights: Vec<f64> = places(&layout).iter().map(|(_, y)| *y).collect();
    assert_eq!(heights, [54.0, 20.0, 88.0, 54.0]);
}

#[test]
fn a_long_edge_passes_by() {
    let layout = lay_out(&sketch(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]));
    let route = &layout.routes[3];
    assert_eq!(route.len(), 6, "{route:?}");
    let level = route[2].y;
    assert_eq!(route[3].y, level);
    assert!((level - layout.corners[1].y - 20.0).abs() > 20.0, "not through the boxes: {route:?}");
}

#[test]
fn crossings_are_undone() {
    let layout = lay_out(&sketch(6, &[(0, 5), (1, 4), (2, 3), (0, 4), (1, 3)]));
    let order = |boxes: [usize; 3]| boxes.map(|at| layout.corners[at].y);
    assert!(order([0, 1, 2]).is_sorted() == order([5, 4, 3]).is_sorted(), "{:?}", layout.corners);
}

#[test]
fn parts_stand_below_each_other() {
    let layout = lay_out(&sketch(4, &[(0, 2), (1, 3)]));
    assert_eq!(places(&layout), [(0.0, 20.0), (0.0, 100.0), (164.0, 20.0), (164.0, 100.0)]);
}

#[test]
fn frames_keep_others_out() {
    // Two chains side by side, of which one is framed, joined at both ends.
    let mut sketch = sketch(8, &[(0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (4, 5), (5, 6), (6, 7), (1, 5)]);
    for at in 4..7 {
        sketch.boxes[at].frame = Some(9);
    }
    let layout = lay_out(&sketch);
    let [(9, frame)] = layout.frames[..] else { panic!("{:?}", layout.frames) };
    for (at, corner) in layout.corners.iter().enumerate() {
        let rect = Rect { x: corner.x, y: corner.y, w: 100.0, h: 40.0 };
        assert_eq!(overlap(rect, frame), (4..7).contains(&at), "{at}");
    }
}

#[test]
fn edges_of_a_cycle_run_back() {
    let layout = lay_out(&sketch(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (0, 7)]));
    assert!(layout.routes[2][0].x > layout.routes[2][1].x);
    assert_eq!(layout.routes[3..], [vec![], vec![]]);
}

/// Sizes at which anything that is recursive or quadratic would not come back.
#[test]
fn large_drawings_are_drawn() {
    let n = 100_000;
    let chain = || (1..n).map(|at| (at - 1, at));
    let layout = lay_out(&sketch(n, &chain().collect::<Vec<_>>()));
    assert_eq!(layout.height, 40.0);
    let fan: Vec<_> = (1..n).map(|at| (0, at)).collect();
    let layout = lay_out(&sketch(n, &fan));
    assert!(layout.height > 40.0 * n as f64);
    // All that is made on the way is needed at the end: five billion bends, were there no bounds.
    let all: Vec<_> = chain().chain((0..n - 2).map(|at| (at, n - 1))).collect();
    let layout = lay_out(&sketch(n, &all));
    assert!(layout.routes.iter().all(|route| route.len() >= 2));
}

fn overlap(one: Rect, other: Rect) -> bool {
    one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h
}

fn rects(sketch: &Sketch, layout: &Layout) -> Vec<Rect> {
    let boxes = sketch.boxes.iter().zip(&layout.corners);
    boxes.map(|(shape, corner)| Rect { x: corner.x, y: corner.y, w: shape.w, h: shape.h }).collect()
}

fn check_boxes(sketch: &Sketch, layout: &Layout) {
    let rects = rects(sketch, layout);
    for (at, one) in rects.iter().enumerate() {
        assert!(one.x >= 0.0 && one.y >= 0.0, "{one:?}");
        assert!(one.x + one.w <= layout.width && one.y + one.h <= layout.height, "{one:?}");
        for other in &rects[..at] {
            assert!(!overlap(*one, *other), "{one:?} {other:?}");
        }
    }
    for (frame, round) in &layout.frames {
        let members = rects.iter().zip(&sketch.boxes).filter(|(_, shape)| shape.frame == Some(*frame));
        for (rect, _) in members {
            assert!(round.x < rect.x && rect.x + rect.w < round.x + round.w, "{round:?} {rect:?}");
            assert!(round.y < rect.y && rect.y + rect.h < round.y + round.h, "{round:?} {rect:?}");
        }
    }
}

fn check_routes(sketch: &Sketch, layout: &Layout) {
    let rects = rects(sketch, layout);
    for (at, ((from, to), route)) in sketch.edges.iter().zip(&layout.routes).enumerate() {
        let (from, to) = (rects[*from], rects[*to]);
        assert!(from.x + from.w < to.x, "to the right: {from:?} {to:?}");
        let (leaves, arrives) = sketch.ends.get(at).copied().unwrap_or_default();
        let side = |rect: Rect, x: f64, offset: f64| Point { x, y: rect.y + rect.h / 2.0 + offset };
        assert_eq!(route.first(), Some(&side(from, from.x + from.w, leaves)));
        assert_eq!(route.last(), Some(&side(to, to.x, arrives)));
        assert!(route.windows(2).all(|pair| pair[0].x <= pair[1].x), "{route:?}");
        assert!(route.chunks(2).all(|pair| pair[0].y == pair[1].y), "{route:?}");
        for pair in route.windows(2) {
            let [one, other] = [pair[0], pair[1]].map(|Point { x, y }| Rect { x, y, w: 0.0, h: 0.0 });
            let stretch = around(one, other);
            assert!(rects.iter().all(|rect| !overlap(stretch, *rect)), "{stretch:?} passes through a box");
        }
    }
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let frame = prop_oneof![3 => Just(None), 2 => (0usize..4).prop_map(Some)];
    let shape = (4u32..150, 4u32..50, frame).prop_map(|(w, h, frame)| Shape {
        w: 2.0 * f64::from(w),
        h: 2.0 * f64::from(h),
        frame,
    });
    prop::collection::vec(shape, 1..32)
}

proptest! {
    #[test]
    fn drawings_are_in_order(
        boxes in shapes(),
        pairs in prop::collection::vec((0usize..32, 0usize..32), 0..60),
        parts in prop::collection::vec((0u8..5, 0u8..5), 0..60),
        steady in any::<bool>(),
    ) {
        let count = boxes.len();
        let ordered = |(one, other): (usize, usize)| (one.min(other) % count, one.max(other) % count);
        let edges: Vec<_> = pairs.into_iter().map(ordered).filter(|(from, to)| from < to).collect();
        // At a few heights within the boxes.
        let offset = |at: usize, part: u8| f64::from(part % 5) / 4.0 * boxes[at].h - boxes[at].h / 2.0;
        let ends = edges.iter().zip(&parts);
        let ends = ends.map(|((from, to), (one, other))| (offset(*from, *one), offset(*to, *other))).collect();
        let sketch = Sketch { boxes, edges, ends, steady };
        let layout = lay_out(&sketch);
        check_boxes(&sketch, &layout);
        check_routes(&sketch, &layout);
        prop_assert_eq!(layout, lay_out(&sketch));
    }

    #[test]
    fn any_sketch_is_drawn(boxes in shapes(), edges in prop::collection::vec((0usize..34, 0usize..34), 0..60)) {
        let sketch = Sketch { boxes, edges, ..Sketch::default() };
        check_boxes(&sketch, &lay_out(&sketch));
    }
}
