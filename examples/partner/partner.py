"""Buys and downloads a dataset: python3 partner.py <words> <folder>, with IPTO_URL and IPTO_KEY set."""
import datetime, hashlib, json, os, pathlib, shutil, sys, time, urllib.error, urllib.request

def graphql(query, key=None, **variables):
    headers = {"content-type": "application/json", "authorization": f"Bearer {os.environ['IPTO_KEY']}"}
    if key: headers["idempotency-key"] = key  # Retried with the same key, a retrieval is charged once.
    request = urllib.request.Request(os.environ["IPTO_URL"], json.dumps({"query": query, "variables": variables}).encode(), headers)
    for pause in (1, 2, 4, 8, None):
        try:
            answer = json.load(urllib.request.urlopen(request, timeout=30))
            if "errors" in answer: sys.exit(answer["errors"][0]["message"])
            return answer["data"]
        except urllib.error.HTTPError as error:  # Only 429 and 503 are worth a retry: docs/errors.md.
            if error.code not in (429, 503) or not pause: sys.exit(json.load(error)["errors"][0]["message"])
            time.sleep(max(pause, int(error.headers.get("retry-after", 0))))

def download(link, file, size, sha256):
    part = file.with_name(f"{file.name}.{sha256[:16]}.part")
    part.touch()
    for pause in range(6):
        have = part.stat().st_size  # What arrived before a lost connection, or an earlier start, is kept.
        if have >= size: break
        time.sleep(pause)
        with urllib.request.urlopen(urllib.request.Request(link, headers={"range": f"bytes={have}-"})) as rest, part.open("ab") as out:
            shutil.copyfileobj(rest, out)
    if part.stat().st_size < size: sys.exit(f"{file} is not complete. Start again.")
    if hashlib.sha256(part.read_bytes()).hexdigest() != sha256: part.unlink(); sys.exit(f"{file} is damaged. Start again.")
    part.rename(file)

words, folder = sys.argv[1], pathlib.Path(sys.argv[2])
offers = graphql("query ($q: String!) { marketplace { search(query: $q, first: 1) { edges { node { id title entitled } } } } }", q=words)
offer = next((edge["node"] for edge in offers["marketplace"]["search"]["edges"]), None) or sys.exit("Nothing was found.")
if not offer["entitled"]: graphql("mutation ($id: ID!) { acquireEntitlement(input: { listingId: $id }) { entitlement { id } } }", id=offer["id"])
mine = graphql("{ tenant { entitlements(first: 100, state: OPEN) { edges { node { id listingId } } } } }")["tenant"]["entitlements"]["edges"]
entitlement = next(edge["node"]["id"] for edge in mine if edge["node"]["listingId"] == offer["id"])
objects = graphql("""query ($id: ID!) { node(id: $id) { ... on Entitlement {
  objects(first: 100) { edges { node { id name size sha256 } } } } } }""", id=entitlement)["node"]["objects"]["edges"]
folder.mkdir(parents=True, exist_ok=True)
for item in (edge["node"] for edge in objects):
    file = folder / pathlib.PurePath(item["name"]).name
    if file.exists(): continue
    key = hashlib.sha256(f"{item['id']} {datetime.date.today()}".encode()).hexdigest()  # A restart today is not charged again.
    retrieved = graphql("""mutation ($e: ID!, $o: ID!) { retrieveObject(input: { entitlementId: $e, objectId: $o }) {
      retrieval { downloadLink } } }""", key, e=entitlement, o=item["id"])["retrieveObject"]["retrieval"]
    download(retrieved["downloadLink"], file, int(item["size"]), item["sha256"])
    print(f"{item['name']}: {item['size']} bytes, checksum verified")
cursor, has_more = folder / ".events", True
while has_more:
    after = cursor.read_text() if cursor.exists() else None
    part = graphql("query ($after: String) { tenant { events(after: $after) { next hasMore events { type data } } } }", after=after)
    for event in part["tenant"]["events"]["events"]:
        if event["type"]: print(event["type"], event["data"].get("name", ""))
    cursor.write_text(part["tenant"]["events"]["next"])  # Handled: the next start goes on after it.
    has_more = part["tenant"]["events"]["hasMore"]
print("Retrievals this month:", graphql("{ tenant { usage { monthly { used } } } }")["tenant"]["usage"]["monthly"]["used"])
