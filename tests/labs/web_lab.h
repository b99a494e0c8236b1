#pragma once

#include <map>
#include <string>

#include "labs/checks/check.h"
#include "labs/spec/lab_spec.h"
#include "tests/labs/temp_dir.h"

/// A lab about a small web server, for tests of checks and events: three nodes in two zones (a-0,
/// a-1, b-0), the images web:v1 (also web:latest), web:v2 and web:broken (whose process ends at
/// once), and clients of the Service front from minute 1 to minute 8 of ten.
struct WebLab {
  std::string kind = "state";  // of its one check, of 100 points
  std::string params = "{kind: Pod}";
  std::string run = "";                           // lines below `run:`, as "  events: [...]\n"
  std::string parameters = "";                    // the whole section
  std::map<std::string, std::string> files = {};  // of its folder: quiz.yaml, solution/…, drills/…
};

/// Writes it into the folder and loads it. A mistake in it ends the test.
inferlab::labs::LabSpec load_web_lab(const WebLab& lab, const TempDir& folder);

/// A Deployment front and its Service, for it.
struct WebServer {
  int replicas = 2;
  std::string image = "web:v1";
  std::string spec = "";       // more lines of the Deployment's spec, indented by two
  std::string pod = "";        // of the Pod's spec, by six
  std::string container = "";  // of the container, by ten
};
std::string web_server(const WebServer& server = {});

/// What the lab's one check finds in these manifests, and in answers.txt where it is not empty.
inferlab::labs::Finding web_finding(const WebLab& lab, const std::string& manifests,
                                    const std::string& answers = "");
