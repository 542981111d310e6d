"""The Flink dashboard of a running application, with a presigned link."""

import http.client
import json
import re
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from kobel import PATIENCE_S, Application, Kobel


def get(kobel, path, method="GET", cookie=None, **headers):
    connection = http.client.HTTPConnection(urlsplit(kobel.url).netloc, timeout=PATIENCE_S)
    try:
        connection.request(method, path, headers={**({"Cookie": cookie} if cookie else {}), **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def link_of(application, **arguments):
    url = application.client.create_application_presigned_url(
        ApplicationName=application.name, UrlType="FLINK_DASHBOARD_URL", **arguments)["AuthorizedUrl"]
    assert url.startswith(application.kobel.url + f"/flink/{application.name}/?authToken=")
    return url[len(application.kobel.url):]


def test_a_link_opens_the_dashboard_read_only(running):
    kobel, base = running.kobel, f"/flink/{running.name}/"
    status, headers, _ = get(kobel, link_of(running, SessionExpirationDurationInSeconds=1800))
    assert status == 302 and headers["Location"].startswith(f"{base}session~")
    # A client that follows it needs no cookie.
    assert get(kobel, headers["Location"])[0] == 200
    cookie = headers["Set-Cookie"]
    assert f"Path={base}" in cookie and "HttpOnly" in cookie and "Max-Age=1800" in cookie
    cookie = cookie.split(";")[0]
    status, headers, page = get(kobel, base, cookie=cookie)
    assert status == 200 and headers["Content-Type"].startswith("text/html") and b"<html" in page
    # The page names its files relative to itself, so that they are requested here too.
    for asset in re.findall(rb'(?:src|href)="([^"#]+\.(?:js|css))"', page):
        assert not asset.startswith(b"/")
        assert get(kobel, base + asset.decode(), cookie=cookie)[0] == 200
    assert json.loads(get(kobel, base + "overview", cookie=cookie)[2])["jobs-running"] == 1
    assert json.loads(get(kobel, base + "jobs/overview?x=1", cookie=cookie)[2])["jobs"]
    assert get(kobel, base + "overview", method="HEAD", cookie=cookie)[2] == b""
    assert get(kobel, base + "nothing-like-it", cookie=cookie)[0] == 404
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert get(kobel, base + "jobs", method=method, cookie=cookie)[0] == 405
    assert get(kobel, base + "jars/x/plan", cookie=cookie)[0] == 403
    assert get(kobel, base + "/%6aars/x/plan", cookie=cookie)[0] == 403
    # Flink has GET routes that end a job, for YARN.
    job = json.loads(get(kobel, base + "jobs", cookie=cookie)[2])["jobs"][0]["id"]
    assert get(kobel, base + f"jobs/{job}/yarn-cancel", cookie=cookie)[0] == 403
    assert get(kobel, base + f"jobs/{job}/yarn%2Dstop", cookie=cookie)[0] == 403
    # Other spellings of these paths, which a proxy or Flink may decode.
    assert get(kobel, base + f"jobs/{job}/yarn-cancel#x", cookie=cookie)[0] == 403
    for path in ("./jars/x/plan", "%2e/jars/x/plan", "assets/../jars/x/plan", "jars\\x\\plan", "v1/jars/x/plan"):
        assert get(kobel, base + path, cookie=cookie)[0] == 403, path
    assert json.loads(get(kobel, base + "jobs", cookie=cookie)[2])["jobs"] == [{"id": job, "status": "RUNNING"}]


def statuses(answer):
    status, headers, body = answer
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "application/json"), (status, body)
    return [job["status"] for job in json.loads(body)["jobs"]]


def test_a_link_is_an_interface_for_programs(running):
    kobel, link = running.kobel, link_of(running)
    token = link.split("?")[1]
    base = f"/flink/{running.name}"
    # Without cookies, twice and more.
    for _ in range(3):
        answer = get(kobel, f"{base}/jobs?{token}")
        assert statuses(answer) == ["RUNNING"]
    # The cookie of the first visit does the same.
    cookie = answer[1]["Set-Cookie"]
    assert f"Path={base}/" in cookie and "HttpOnly" in cookie
    cookie = cookie.split(";")[0]
    assert statuses(get(kobel, f"{base}/jobs", cookie=cookie)) == ["RUNNING"]
    # The service's addresses begin with /flinkdashboard.
    assert statuses(get(kobel, f"{base}/flinkdashboard/jobs?{token}")) == ["RUNNING"]
    assert statuses(get(kobel, f"{base}/flinkdashboard/jobs", cookie=cookie)) == ["RUNNING"]
    home = get(kobel, f"{base}/flinkdashboard?{token}")
    assert home[0] == 302
    assert statuses(get(kobel, home[1]["Location"] + "flinkdashboard/jobs")) == ["RUNNING"]
    assert get(kobel, f"{base}/jars/x/plan?{token}")[0] == 403
    assert get(kobel, f"{base}/flinkdashboard/jars/x/plan?{token}")[0] == 403
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert get(kobel, f"{base}/applications/0?{token}", method=method)[0] == 405
    status, _, text = get(kobel, f"{base}/jobs?{token}0")
    assert status == 403 and b"was not made by this daemon" in text
    status, _, text = get(kobel, f"{base}/jobs")
    assert status == 403 and b"neither the authToken of a link nor the cookie" in text


def test_a_link_has_to_be_used_within_three_minutes_and_lasts_for_its_duration(own, jars):
    application = Application(own, "timed")
    application.create(jars["Counting"])
    application.start()
    link = link_of(application, SessionExpirationDurationInSeconds=1800).replace("/?", "/jobs?")
    own.ask("/kobel/v1/clock", {"advance": "1s"})
    late = link_of(application, SessionExpirationDurationInSeconds=1800).replace("/?", "/jobs?")
    assert statuses(get(own, link)) == ["RUNNING"]
    own.ask("/kobel/v1/clock", {"advance": "5m"})
    assert statuses(get(own, link)) == ["RUNNING"]
    status, _, text = get(own, late)
    assert status == 403 and b"not used within three minutes" in text
    own.ask("/kobel/v1/clock", {"advance": "30m"})
    status, _, text = get(own, link)
    assert status == 403 and b"has expired" in text


def test_a_page_of_the_dashboard_cannot_use_the_api(running):
    """The job controls what its JobManager sends: a browser shows it in a sandbox, whose origin has no rights."""
    kobel, link = running.kobel, link_of(running)
    page_wanted = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    status, headers, _ = get(kobel, link, **page_wanted)
    home = headers["Location"]
    assert status == 302 and home.startswith(f"/flink/{running.name}/session~") and home.endswith("/")
    cookie = headers["Set-Cookie"].split(";")[0]
    for path in (home, home + "jobs", home + "nothing", home + "jars/x/plan", f"/flink/{running.name}/", link):
        answer = get(kobel, path, **page_wanted)[1]
        assert answer["Content-Security-Policy"] == "sandbox allow-scripts allow-downloads", path
        assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "no-referrer")
    # A bookmark of the plain address is redirected there too.
    assert get(kobel, f"/flink/{running.name}/", cookie=cookie, **page_wanted)[1]["Location"].startswith(f"/flink/{running.name}/session~")
    # Scripts of the page may read what is below it, without a cookie.
    status, headers, body = get(kobel, home + "jobs/overview", Origin="null")
    assert status == 200 and json.loads(body)["jobs"][0]["state"] == "RUNNING"
    assert (headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Credentials"]) == ("null", "true")
    # Nothing else: not the API, and not another dashboard, even with a cookie.
    for method, path in (("POST", "/"), ("POST", "/api/v2/ListApplications"), ("POST", "/kobel/v1/clock"), ("GET", "/kobel/v1/status"), ("GET", "/metrics")):
        status, headers, _ = get(kobel, path, method=method, Origin="null")
        assert status == 403 and "Access-Control-Allow-Origin" not in headers, path
    assert get(kobel, f"/flink/{running.name}/jobs", cookie=cookie, Origin="null")[0] == 403
    assert get(kobel, home.replace(running.name, "another", 1) + "jobs", Origin="null")[0] == 403
    spoilt = home[:-2] + ("0" if home[-2] != "0" else "1") + "/"
    assert get(kobel, spoilt + "jobs")[0] == 403


def test_an_invalid_link_is_refused(running):
    kobel, base = running.kobel, f"/flink/{running.name}/"
    assert get(kobel, base)[0] == 403
    link = link_of(running)
    assert get(kobel, link[:-1] + ("0" if link[-1] != "0" else "1"))[0] == 403
    assert get(kobel, link.replace("~43200~", "~99999~"))[0] == 403
    token = link.split("authToken=")[1]
    assert get(kobel, base, cookie=f"kobel-dashboard={token}")[0] == 403
    assert get(kobel, link.replace(f"/flink/{running.name}/", "/flink/another/"))[0] == 403
    assert get(kobel, link, Origin="http://evil.example")[0] == 403


def test_only_a_running_application_has_a_dashboard(plain):
    client, name = plain.client, plain.name
    with pytest.raises(ClientError, match="Application cannot be accessed in 'READY' state") as error:
        client.create_application_presigned_url(ApplicationName=name, UrlType="FLINK_DASHBOARD_URL")
    assert error.value.response["Error"]["Code"] == "ResourceInUseException"


def test_the_page_of_studio_is_refused(running):
    with pytest.raises(ClientError, match="ZEPPELIN_UI_URL") as error:
        running.client.create_application_presigned_url(ApplicationName=running.name, UrlType="ZEPPELIN_UI_URL")
    assert error.value.response["Error"]["Code"] == "InvalidArgumentException"


def test_the_trivial_job_of_a_primed_cluster_is_not_listed(runtime, jars, tmp_path):
    with Kobel(tmp_path, "--spares", "1") as kobel:
        application = Application(kobel, "primed")
        application.create(jars["Counting"])
        ready = kobel.wait_for_spare()
        application.start()
        assert [one.get("spareId") for one in kobel.clusters() if not one["isSpare"]] == [ready]
        for path in ("jobs", "jobs/overview"):
            status, _, page = get(kobel, link_of(application).replace("/?", f"/{path}?"))
            assert status == 200 and len(json.loads(page)["jobs"]) == 1
