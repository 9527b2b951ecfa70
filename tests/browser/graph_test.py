#!/usr/bin/env python3
"""Click through the page of `grovec graph -o html` in headless Chromium.

Usage: graph_test.py --grovec PATH [--screenshots DIR]      prints `N passed, N failed`
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

import webdriver

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANY = ROOT / "tests/browser/inputs/many.yaml"
HOSTILE = ROOT / "tests/browser/inputs/hostile.yaml"
DISAGG = ROOT / "examples/mn-disagg/mn-disagg.yaml"
KIB = 1024


class Pages:
    """Pages by input, made once."""

    def __init__(self, grovec, folder):
        self.grovec, self.folder, self.made = grovec, pathlib.Path(folder), {}

    def grovec_output(self, *args):
        return subprocess.run([self.grovec, *map(str, args)], capture_output=True, check=True).stdout.decode()

    def of(self, source, *args):
        key = (source, args)
        if key not in self.made:
            self.made[key] = self.folder / f"{source.stem}-{len(self.made)}.html"
            self.made[key].write_text(self.grovec_output("graph", "-o", "html", source, *args))
        return self.made[key]

    def plan(self, source, *replacements):
        """The page of a plan of an edit: pairs of old and new text."""
        text = source.read_text()
        for old, new in zip(replacements[::2], replacements[1::2]):
            check(old in text, f"{old!r} in {source}")
            text = text.replace(old, new)
        (self.folder / "edited.yaml").write_text(text)
        (self.folder / "plan.html").write_text(self.grovec_output("plan", "-o", "html", source, self.folder / "edited.yaml"))
        return self.folder / "plan.html"

    def objects(self, source):
        """YAML of every object by (kind, name)."""
        out = {}
        for text in self.grovec_output("compile", source).split("---\n"):
            lines = text.splitlines()
            kind = next((l[6:] for l in lines if l.startswith("kind: ")), None)
            inside, name = False, None
            for line in lines:
                inside = line == "metadata:" or (inside and line.startswith(" "))
                if inside and line.startswith("  name: "):
                    name = line[8:]
            out[kind, name] = text
        return out


def search(b, text):
    """Type into the search and take the first result."""
    b.run("document.getElementById('search').value = ''")
    b.type("#search", text)
    b.press("enter")


def selected(b):
    return b.text("#details h2")


def yaml_of(b, kind):
    b.click("#detail-yaml")
    b.run("[...document.querySelectorAll('.objects [aria-pressed]')].find((e) => e.textContent === arguments[0]).click()", kind)
    # The block ends each line; the last one of the text is empty.
    return b.text("#details pre")[:-1]


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {str(got)[:600]!r}, expected {str(want)[:600]!r}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


# --- tests: each gets a fresh page -----------------------------------------------------------------------------------


def test_shows_totals_and_the_picture(b, pages):
    b.open(pages.of(DISAGG))
    equal(b.texts("#totals .chip"), ["13 pods", "2 gangs", "29 objects"])
    equal(b.count(".picture .card"), 7, "cliques drawn")
    equal(b.count(".picture .pod"), 13, "pods drawn")
    equal(selected(b), "mn-disagg")


def test_a_click_on_a_card_shows_its_clique(b, pages):
    b.open(pages.of(DISAGG))
    b.click(".picture [data-key='q0.1.2'] .title")
    equal(selected(b), "mn-disagg-0-prefill-1-pworker")
    check("mn-disagg-0-prefill-0 (scaled)" in b.text("#details dl"), "gang of the clique")
    equal(b.count(".picture .selected"), 1)


def test_yaml_is_what_compile_prints(b, pages):
    objects = pages.objects(DISAGG)
    b.open(pages.of(DISAGG))
    for text, kind, name in [
        ("mn-disagg-0-prefill-1-pworker-bbbbd", "Pod", "mn-disagg-0-prefill-1-pworker-bbbbd"),
        ("mn-disagg-0-frontend", "PodClique", "mn-disagg-0-frontend"),
        ("mn-disagg-0-prefill-1-pleader", "PodClique", "mn-disagg-0-prefill-1-pleader"),
        ("mn-disagg-0-prefill-1", "PodGang", "mn-disagg-0-prefill-0"),
        ("mn-disagg-0-decode", "PodCliqueScalingGroup", "mn-disagg-0-decode"),
    ]:
        search(b, text)
        equal(yaml_of(b, kind), objects[kind, name], name)
    b.click("#tab-picture")
    b.click(".picture [data-key='r0'] .title")
    for kind in ["Service", "PodGang"]:
        equal(yaml_of(b, kind), objects[kind, "mn-disagg-0"], kind)
    b.click(".picture [data-key='s'] .title")
    for kind, name in [("ServiceAccount", "mn-disagg"), ("Secret", "mn-disagg-ic-sat"), ("Role", "grove.io:pcs:mn-disagg")]:
        equal(yaml_of(b, kind), objects[kind, name], kind)


def test_every_object_has_a_place(b, pages):
    objects = pages.objects(DISAGG)
    b.open(pages.of(DISAGG))
    b.click("#tab-tree")
    b.click("#expand")
    seen = set()
    for index in range(b.run("return parseInt(document.getElementById('rows').style.height) / 30")):
        b.run("document.getElementById('tree').scrollTop = 30 * arguments[0] - 200", index)
        b.wait(f"return document.getElementById('row-{index}') !== null")
        b.run("document.getElementById('row-' + arguments[0]).click()", index)
        if b.count("#detail-yaml"):
            b.click("#detail-yaml")
            seen |= {tuple(o) for o in b.run("return [...document.querySelectorAll('.objects [aria-pressed]')].map((e) => [e.textContent, e.title])")}
    equal(sorted(seen), sorted(objects), "objects found in the tree")


def test_live_pods_have_the_names_they_have(b, pages):
    page = pages.of(DISAGG).read_text()
    none = '"counts":{"groups":[],"cliques":[]}'
    check(page.count(none) == 1, "the page has no counts of its own")
    # Of the frontend (clique 0, two replicas asked for) three pods live: out of order, one index twice.
    live = '[0,0,0,2,[[0,"z9x2k"],[3,"bbbbb"],[3,"4lmnp"]]]'
    path = pages.folder / "live.html"
    path.write_text(page.replace(none, none.replace('"cliques":[]', f'"cliques":[{live}]')))
    b.open(path)
    for name, host in [("z9x2k", 0), ("bbbbb", 3), ("4lmnp", 3)]:
        search(b, f"mn-disagg-0-frontend-{name}")
        text = yaml_of(b, "Pod")
        check(f"\n  name: mn-disagg-0-frontend-{name}\n" in text and f"\n  hostname: mn-disagg-0-frontend-{host}\n" in text, text)
    search(b, "mn-disagg-0-frontend")
    check("\n  replicas: 2\n" in yaml_of(b, "PodClique"), "its own count stays")
    b.click("#tab-picture")
    b.click(".picture [data-key='r0'] .title")
    gang = yaml_of(b, "PodGang")
    order = [gang.find(f"name: mn-disagg-0-frontend-{suffix}\n") for suffix in ["4lmnp", "bbbbb", "z9x2k"]]
    # The alphabet has its letters first, names are sorted by byte.
    check(-1 not in order and order == sorted(order), f"podReferences by name: {gang}")
    check("mn-disagg-0-frontend-bbbbc" not in gang, "no pod that does not live")


def test_environment_is_what_show_env_prints(b, pages):
    pod = "llm-17-prefill-33-pleader-bbbbb"
    want = json.loads(pages.grovec_output("show", "env", MANY, pod, "-o", "json"))["pods"][0]
    b.open(pages.of(MANY))
    search(b, pod)
    b.click("#detail-env")
    rows = b.run("return [...document.querySelectorAll('#details tr')].map((r) => [r.cells[0].textContent, r.cells[1].textContent])")
    expected = [[v["name"], v["value"]] if "value" in v else [v["name"], "from secretKey hub, key token"] for v in want["containers"][0]["env"]]
    equal(rows, expected)
    check(["LEADER", "llm-17-prefill-33-pleader-0.llm-17.default.svc.cluster.local"] in rows, "references are resolved")
    b.click("#detail-summary")
    check(want["address"] in b.text("#details dl") and "0 of 8" in b.text("#details dl"), "address and rank")


def test_source_points_at_the_line(b, pages):
    b.open(pages.of(DISAGG))
    search(b, "mn-disagg-0-decode-0-dworker-bbbbc")
    b.click("#detail-source")
    line = next(n for n, text in enumerate(DISAGG.read_text().splitlines(), 1) if text.strip() == "- name: dworker")
    check(b.text("#source-line").endswith(f"mn-disagg.yaml:{line}"), b.text("#source-line"))
    equal(b.text("#source-first").strip(), f"{line}    - name: dworker")


def test_source_of_the_language_shows_set_clique_and_mixins(b, pages):
    b.open(pages.of(ROOT / "tests/browser/inputs/mixins.grove"))

    def shown(name):
        search(b, name)
        b.click("#detail-source")
        return b.text("#source-line"), b.texts("#details .mark"), b.texts(".source-other")

    place, marked, others = shown("s-0-a")
    check(place.endswith("mixins.grove:11"), place)
    equal([line.strip().lstrip("0123456789").strip() for line in marked],
          ["env LEVEL=info", "clique a x1 : near, far(9) {", "image: a:1", "env FAR=$k"])
    check(len(others) == 1 and others[0].endswith("mixed.grove:5"), others)
    place, marked, others = shown("s-0-b")
    check(place.endswith("mixins.grove:14") and not others, (place, others))
    equal([line.strip().lstrip("0123456789").strip() for line in marked], ["clique b x1 { image: b:1 }"])
    b.click("#tab-picture")
    b.click(".picture [data-key='s'] .title")
    b.click("#detail-source")
    check(b.text("#source-line").endswith("mixins.grove:10"), b.text("#source-line"))
    equal(b.text("#source-first").strip(), "10set s {")


def test_gpus_of_claims_and_slices_are_those_of_show(b, pages):
    claims = ROOT / "tests/golden/show/gpus_of_claims_and_slices"
    page = pages.of(claims / "in.yaml", "--with", claims / "with.yaml")
    b.open(page)
    equal(b.texts("#totals .chip")[2:5], ["40 GPUs", "20 MIG slices", "all GPUs of 6 nodes"])
    for name, gpus in [("dra-0", "20 GPUs, 10 MIG slices, all GPUs of 3 nodes"), ("dra-0-plain", "2 GPUs, 4 MIG slices"),
                       ("dra-1-own", "12 GPUs"), ("dra-0-each", "6 MIG slices"), ("dra-0-pool", "6 GPUs, all GPUs of 3 nodes"),
                       ("dra-0-pool-1", "2 GPUs, all GPUs of a node"), ("dra-0-pool-2-member", "all GPUs of a node")]:
        search(b, name)
        b.click("#detail-summary")
        check(gpus in b.texts("#details dd"), f"{name}: {b.texts('#details dd')}")


def test_search_finds_by_parts_host_and_gang(b, pages):
    b.open(pages.of(MANY))
    for text, name in [
        ("llm-19-decode-3", "llm-19-decode-bbbbf"),
        ("llm-3-prefill-61-pworker-bbbbj", "llm-3-prefill-61-pworker-bbbbj"),
        ("PREFILL-7-PLEADER llm-12-", "llm-12-prefill-7-pleader"),
        ("llm-5-prefill-57", "llm-5-prefill-57"),
    ]:
        b.run("document.getElementById('search').value = ''")
        b.type("#search", text)
        b.press("enter")
        equal(selected(b), name, text)
    b.run("document.getElementById('search').value = ''")
    b.type("#search", "nobody-is-called-so")
    b.wait("return document.getElementById('results').textContent.includes('Nothing')")
    b.press("escape")
    equal(b.run("return document.getElementById('results').hidden"), True)


def test_tree_is_usable_with_the_keyboard(b, pages):
    b.open(pages.of(DISAGG))
    b.click("#tab-picture")
    b.press("right")
    equal(b.run("return document.activeElement.id"), "tab-tree", "arrow between tabs")
    b.click("#collapse")
    b.run("document.getElementById('tree').focus()")
    focus = "return document.getElementById(document.getElementById('tree').getAttribute('aria-activedescendant'))"
    b.press("down", "right", "down", "down")
    equal(b.run(focus + ".querySelector('.label').textContent"), "prefill")
    equal(selected(b), "mn-disagg-0-prefill")
    b.press("right", "right")
    equal(b.run(focus + ".querySelector('.label').textContent"), "prefill 0")
    equal(b.run(focus + ".getAttribute('aria-level')"), "4")
    equal(b.run(focus + ".getAttribute('aria-setsize')"), "2")
    b.press("left", "left")
    equal(b.run(focus + ".getAttribute('aria-expanded')"), "false")
    b.press("end")
    equal(b.run(focus + ".querySelector('.label').textContent"), "decode")
    b.press("home", "enter")
    equal(b.run("return document.activeElement.id"), "details")
    b.press("/")
    equal(b.run("return document.activeElement.id"), "search")


def test_collapse_and_expand(b, pages):
    b.open(pages.of(DISAGG))
    b.click("#tab-tree")
    b.click("#collapse")
    equal(b.count(".row"), 2)
    b.click("#row-1 .twisty")
    equal(b.count(".row"), 5)
    b.click("#row-1 .twisty")
    equal(b.count(".row"), 2)
    b.click("#expand")
    equal(b.run("return parseInt(document.getElementById('rows').style.height) / 30"), 1 + 1 + 3 + 3 + 7 - 1 + 13, "rows")


def test_a_link_leads_to_an_object(b, pages):
    b.open(pages.of(DISAGG))
    search(b, "mn-disagg-0-prefill-1-pworker-2")
    address = b.run("return location.hash")
    b.open(f"{pages.of(DISAGG)}?again{address}")
    equal(selected(b), "mn-disagg-0-prefill-1-pworker-bbbbd")
    b.open(f"{pages.of(DISAGG)}?wrong#0p9.9.9.9")
    equal(selected(b), "mn-disagg", "an address that names nothing")


def test_start_order_is_drawn_and_lit(b, pages):
    b.open(pages.of(MANY))
    check(b.count(".picture .edge") > 0, "edges")
    b.click(".picture [data-key='q0.0.0'] .title")
    # The frontend is waited for by one leader in each base replica that is drawn; four replicas are a run.
    equal(b.count(".picture .edge.lit"), 1)
    b.click(".picture [data-key='q0.0.1'] .title")
    check("llm-0-frontend (2 ready)" in b.text("#details dl"), b.text("#details dl"))


def test_themes(b, pages):
    b.open(pages.of(DISAGG))
    color = "return getComputedStyle(document.body).backgroundColor"
    b.click("#theme")
    light = b.run(color)
    b.click("#theme")
    dark = b.run(color)
    equal((light, dark), ("rgb(255, 255, 255)", "rgb(13, 17, 23)"))
    equal(b.run("return getComputedStyle(document.querySelector('.picture .card rect')).fill"), "rgb(33, 40, 48)")
    equal(b.run("return document.getElementById('theme').getAttribute('aria-label')"), "Color theme: dark")


def test_input_is_never_markup(b, pages):
    page = pages.of(HOSTILE)
    equal(page.read_text().count("</script>"), 2, "script elements end twice")
    b.open(page)
    equal(b.run("return window.hacked ?? null"), None)
    search(b, "hostile-0-front-bbbbb")
    objects = pages.objects(HOSTILE)
    equal(yaml_of(b, "Pod"), objects["Pod", "hostile-0-front-bbbbb"])
    b.click("#detail-env")
    check("<b>hostile</b> $(GROVE_PCS_NAME) $(UNKNOWN)" in b.texts("#details td"), b.texts("#details td"))
    b.click("#detail-source")
    check("window.hacked = 2" in b.text("#details pre"), "the source is shown")
    equal(b.run("return [window.hacked ?? null, document.querySelectorAll('img, #details svg').length]"), [None, 0])


def test_nothing_is_loaded(b, pages):
    b.open(pages.of(MANY))
    equal(b.run("return performance.getEntriesByType('resource').map((e) => e.name)"), [])
    policy = b.run("return document.querySelector('meta[http-equiv]').content")
    check(policy.startswith("default-src 'none'"), policy)


def test_roles_and_names_for_assistive_technology(b, pages):
    b.open(pages.of(DISAGG))
    b.click("#tab-tree")
    unnamed = b.run(
        "return [...document.querySelectorAll('button, input, [role=tree], [role=tablist], [role=listbox], [role=treeitem]')]"
        ".filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim())).map((e) => e.outerHTML)")  # fmt: skip
    equal(unnamed, [])
    equal(b.run("return [...document.querySelectorAll('.picture svg')].map((e) => [e.getAttribute('role'), e.getAttribute('aria-label')])"),
          [["img", "mn-disagg, 1 replica · 13 pods"]])  # fmt: skip
    equal(b.run("return new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size"), b.count("[id]"), "ids are unique")


def test_ten_thousand_pods_render_only_what_is_visible(b, pages):
    # What makes it fast, not how fast a busy machine is; the times are printed.
    page = pages.of(MANY)
    size = page.stat().st_size
    check(size < 256 * KIB, f"{size} bytes")
    start = time.monotonic()
    b.open(page)
    loaded = time.monotonic() - start
    b.click("#tab-tree")
    expand = b.run("const t = performance.now(); document.getElementById('expand').click(); return performance.now() - t")
    equal(b.run("return parseInt(document.getElementById('rows').style.height) / 30"), 1 + 20 * (1 + 2 + 6 + 1 + 62 * (1 + 2 + 8)), "rows")
    scroll = b.run("""
      const tree = document.getElementById('tree'), t = performance.now();
      for (let n = 0; n < 50; ++n) { tree.scrollTop = n * 8000; tree.dispatchEvent(new Event('scroll')); }
      return (performance.now() - t) / 50;""")
    check(b.count(".row") < 120, "only visible rows are in the document")
    print(f"    10,040 pods: {size / KIB:.0f} KiB, opened in {loaded * 1000:.0f} ms, expanded in {expand:.0f} ms, a screen in {scroll:.1f} ms")


def test_selection_shows_a_part(b, pages):
    b.open(pages.of(MANY, "--select", "replica=3", "--select", "clique=pworker"))
    # Pods of the base gang and of 58 scaled ones; the number of objects is the whole set's, so it is left out.
    equal(b.texts("#totals .chip"), [f"{62 * 7} pods", "59 gangs", f"{62 * 7 * 8:,} GPUs"])
    b.click("#tab-tree")
    b.click("#expand")
    equal(b.run("return parseInt(document.getElementById('rows').style.height) / 30"), 1 + 1 + 1 + 62 * (1 + 1 + 7), "rows")


def test_several_sets_on_one_page(b, pages):
    b.open(pages.of(DISAGG, HOSTILE))
    equal(b.count(".picture svg"), 2)
    equal(b.texts("#totals .chip")[0], "14 pods")
    search(b, "hostile-0-front")
    equal(selected(b), "hostile-0-front")


def test_a_plan_is_drawn(b, pages):
    b.open(pages.plan(DISAGG, "replicas: 1\n  template", "replicas: 2\n  template", "image: nginx:latest", "image: nginx:2"))
    check(b.text("#headline").startswith("restarts "), "headline")
    check(b.count(".picture .card.act-ROLL") > 0, "cliques that roll")
    check(b.count(".picture .card.act-CREATE") > 0, "cliques that come")
    b.click(".picture .card.act-ROLL .title")
    b.click("#detail-plan")
    check("ROLL" in b.text("#detail-panel"), "what happens to the clique")
    b.click("#tab-tree")
    check(b.count(".row .act-ROLL") > 0, "badges of the tree")
    b.click("#tab-plan")
    check("image" in b.text("#panel-plan"), "report")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grovec", required=True)
    parser.add_argument("--screenshots", type=pathlib.Path, help="keep a picture of the end of each test here")
    parser.add_argument("filter", nargs="*", help="part of a test's name")
    options = parser.parse_args()
    tests = [(n, f) for n, f in globals().items() if n.startswith("test_")]
    tests = [(n, f) for n, f in tests if not options.filter or any(part in n for part in options.filter)]
    failed = 0
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="grovec-pages-") as folder, webdriver.Browser() as b:
        pages = Pages(pathlib.Path(options.grovec).resolve(), folder)
        for name, test in tests:
            try:
                test(b, pages)
                equal(b.complaints(), [], "console")
                result = "ok"
            except Exception as error:  # a test must not keep the others from running
                failed += 1
                result = f"FAILED: {error}" if isinstance(error, AssertionError) else traceback.format_exc()
            print(f"{name}: {result}", flush=True)
            if options.screenshots:
                b.screenshot(options.screenshots / f"{name}.png")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
