#!/usr/bin/env python3
"""Write a file as the one comment of grovec on the pull request: the comment that begins with the file's first line is
changed, or a new one made. Reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH and GITHUB_TOKEN.
"""
import json
import os
import sys
import urllib.request

PER_PAGE, MOST_PAGES, LONGEST = 100, 50, 65000


def call(method, path, body=None):
    request = urllib.request.Request(
        os.environ["GITHUB_API_URL"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": "Bearer " + os.environ["GITHUB_TOKEN"],
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def find(comments, marker):
    for page in range(1, MOST_PAGES + 1):
        found = call("GET", f"{comments}?per_page={PER_PAGE}&page={page}")
        for comment in found:
            if (comment.get("body") or "").startswith(marker):
                return comment["id"]
        if len(found) < PER_PAGE:
            return None
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        body = file.read()[:LONGEST]
    with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        number = json.load(file).get("pull_request", {}).get("number")
    if number is None:
        print("no pull request: no comment")
        return 0
    repository = "/repos/" + os.environ["GITHUB_REPOSITORY"] + "/issues"
    known = find(f"{repository}/{int(number)}/comments", body.split("\n", 1)[0])
    if known is None:
        call("POST", f"{repository}/{int(number)}/comments", {"body": body})
    else:
        call("PATCH", f"{repository}/comments/{int(known)}", {"body": body})
    print("comment", "made" if known is None else "changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
