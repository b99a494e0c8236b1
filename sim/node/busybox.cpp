#include "sim/node/busybox.h"

#include <string>

namespace inferlab::sim {
namespace {

// Source: the applets of BusyBox 1.36 in the image busybox:1.36, without daemons and loaders;
// a blank before and behind each.
constexpr std::string_view kApplets =
    " [ [[ adduser ar arch ash awk base32 base64 basename bc bunzip2 bzcat bzip2 cal cat chgrp"
    " chmod chown chroot cksum clear cmp comm cp cpio crond crontab cut date dc dd df diff"
    " dirname dmesg dnsdomainname dos2unix du echo ed egrep env expand expr factor fallocate"
    " false fgrep find flock fold free fsync ftpget ftpput fuser getopt grep groups gunzip gzip"
    " hd head hexdump hostid hostname httpd id ifconfig install ionice iostat ip ipcalc kill"
    " killall less link ln logger login logname ls lsof lzcat lzma md5sum mesg microcom mkdir"
    " mkfifo mknod mktemp more mount mpstat mv nc netstat nice nl nohup nproc nslookup od passwd"
    " paste patch pgrep pidof ping ping6 pkill pmap printenv printf ps pstree pwd pwdx readlink"
    " realpath renice reset rev rm rmdir route run-parts sed seq setsid sh sha1sum sha256sum"
    " sha512sum shred shuf sleep sort split stat strings stty su sum sync sysctl tac tail tar"
    " taskset tee telnet telnetd test tftp time timeout top touch tr traceroute true truncate"
    " tsort tty uname unexpand uniq unix2dos unlink unlzma unxz unzip uptime uudecode uuencode"
    " vi watch wc wget which who whoami xargs xxd xz xzcat yes zcat ";

}  // namespace

bool is_busybox(std::string_view repository) {
  return repository.substr(repository.rfind('/') + 1) == "busybox";
}

bool busybox_has(std::string_view program) {
  for (const std::string_view folder : {"/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"}) {
    if (!program.starts_with(folder)) continue;
    program.remove_prefix(folder.size());
    break;
  }
  return program.find(' ') == std::string_view::npos &&
         kApplets.find(" " + std::string(program) + " ") != std::string_view::npos;
}

}  // namespace inferlab::sim
