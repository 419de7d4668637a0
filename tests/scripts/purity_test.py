"""core/ is pure: its objects ask the C library and Abseil for no clock, no file, no network, no
environment and no thread, and for no function whose result depends on which C library computes it. So a
decision can be repeated anywhere, and slurmctld never waits for one."""

import os
import re
import subprocess
import unittest

ARCHIVE = os.path.join(os.environ["CARBON_BUILD"], "core", "libcarbon_core.a")

# Undefined symbols as `nm --demangle` prints them, without a version behind an @.
IMPURE = re.compile(
    r"""
      (clock(_gettime|_getres|_nanosleep)?|time|times|gettimeofday|timespec_get|nanosleep|u?sleep
        |localtime(_r)?|mktime|tzset)
    | (__)?(f?open(at)?|creat|close|p?(read|write)v?|mk(os|s)?temp|(f|l)?stat(at|x)?|__[fl]?xstat
        |fsync|fdatasync|ftruncate|truncate|rename(at)?|(un)?link(at)?|symlink|readlink|mkdir|rmdir
        |opendir|readdir|closedir|flock|fcntl|ioctl|chmod|fchmod|chown|fchown|utimensat|access|dup2?
        |fdopen|freopen|f(read|write|gets|puts|printf|close|flush)|printf|puts|perror)
        (64|_2|64_2|_chk)?
    | socket|connect|bind|listen|accept|send(to|msg)?|recv(from|msg)?|getaddrinfo|poll|select|epoll.*
    | (secure_)?getenv|setenv|unsetenv|getpid|gete?[ug]id|getpw.*|getgr.*|gethostname|uname
    | getentropy|getrandom|arc4random.*|rand(om)?|srand(om)?
    | fork|vfork|exec.*|system|popen|pthread_create|dlopen|dlsym
    | absl::(\w+::)*(Now|GetCurrentTimeNanos|LocalTimeZone|SleepFor|Mutex|Notification)\b.*
    | std::(chrono::.*::now|basic_[io]?f(stream|ilebuf)|filesystem|random_device|thread|this_thread
        |__cxx11::.*f(stream|ilebuf))\b.*
    """,
    re.VERBOSE,
)

# Functions of the C library that each library may round in its own way. sqrt, ceil, floor, round, trunc
# and fmod are exact by IEEE 754.
INEXACT = re.compile(r"(a?(sin|cos|tan)h?|atan2|exp(2|10|m1)?|log(2|10|1p)?|pow|cbrt|hypot|erfc?|[lt]gamma)[fl]?")


class PurityTest(unittest.TestCase):

    def test_the_pattern_knows_what_is_impure(self):
        for symbol in ("clock_gettime", "open64", "__open64_2", "fopen", "absl::debian3::Now()",
                       "absl::Now()", "std::chrono::_V2::system_clock::now()", "getenv", "socket",
                       "std::basic_ifstream<char, std::char_traits<char> >::close()", "__read_chk"):
            self.assertTrue(IMPURE.fullmatch(symbol), symbol)
        for symbol in ("memcpy", "strtod", "sqrt", "absl::debian3::Time::operator+=",
                       "absl::debian3::FormatTime()", "snprintf", "carbon::Decide()"):
            self.assertFalse(IMPURE.fullmatch(symbol), symbol)

    def test_the_pattern_knows_what_is_inexact(self):
        for symbol in ("erfc", "exp", "log1p", "pow", "sinf", "atan2"):
            self.assertTrue(INEXACT.fullmatch(symbol), symbol)
        for symbol in ("sqrt", "ceil", "round", "fmod", "strtod", "explicit_bzero"):
            self.assertFalse(INEXACT.fullmatch(symbol), symbol)

    def test_core_asks_for_nothing_impure_or_inexact(self):
        listed = subprocess.run(["nm", "--undefined-only", "--demangle", ARCHIVE], check=True,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
        member, found, members = "", [], 0
        for line in listed.splitlines():
            if line.endswith(".o:"):
                member, members = line[:-1], members + 1
                continue
            words = line.split(maxsplit=1)
            if len(words) == 2 and words[0] in ("U", "w"):
                symbol = words[1].split("@")[0]
                if IMPURE.fullmatch(symbol) or INEXACT.fullmatch(symbol):
                    found.append(f"{member}: {symbol}")
        self.assertGreater(members, 30)
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
