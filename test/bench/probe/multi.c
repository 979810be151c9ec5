/*
 * libcurl's multi interface as a peer of the probe: many transfers in one thread, each on a connection of its own.
 *
 * In, a line each: "START_MS ID URL"; an empty line begins. Out, a line each, when it is over: "ID OK DNS CONNECT
 * APPCONNECT PRETRANSFER STARTTRANSFER TOTAL END" in microseconds, times as curl's write-out has them and the wall clock when
 * it was said to be over; then "end CPU_US" with the
 * processor time of the process since the block began. Then the next block. Arguments: CA file, timeout in ms.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#define MOST 20000

struct shot {
  double start_ms;
  char id[32];
  char url[256];
};

static struct shot shots[MOST];
static int epoll;
static CURLM *multi;
static double timer_ms = -1;
static const char *ca_file;
static long timeout_ms;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double wall_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_sec * 1e6 + u.ru_stime.tv_usec;
}

static size_t ignore(char *data, size_t size, size_t count, void *user) {
  (void)data;
  (void)user;
  return size * count;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known) {
  (void)easy;
  (void)user;
  struct epoll_event event = {0};
  event.data.fd = fd;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
  if (epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
    epoll_ctl(epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  curl_multi_assign(multi, fd, &epoll);
  return 0;
}

static int on_timer(CURLM *m, long ms, void *user) {
  (void)m;
  (void)user;
  timer_ms = ms < 0 ? -1 : now_ms() + ms;
  return 0;
}

static void begin(struct shot *shot) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, shot->url);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, shot->id);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(easy, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_multi_add_handle(multi, easy);
}

static long long time_of(CURL *easy, CURLINFO info) {
  curl_off_t us = 0;
  curl_easy_getinfo(easy, info, &us);
  return us;
}

static int collect(void) {
  int left, done = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    double end_us = wall_us();
    CURL *easy = message->easy_handle;
    CURLcode result = message->data.result;
    char *id = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &id);
    printf("%s %d %lld %lld %lld %lld %lld %lld %.0f\n", id, result == CURLE_OK, time_of(easy, CURLINFO_NAMELOOKUP_TIME_T),
           time_of(easy, CURLINFO_CONNECT_TIME_T), time_of(easy, CURLINFO_APPCONNECT_TIME_T),
           time_of(easy, CURLINFO_PRETRANSFER_TIME_T), time_of(easy, CURLINFO_STARTTRANSFER_TIME_T),
           time_of(easy, CURLINFO_TOTAL_TIME_T), end_us);
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    done += 1;
  }
  return done;
}

static void run(int count) {
  struct epoll_event events[256];
  double zero_ms = now_ms(), zero_cpu = cpu_us();
  int begun = 0, ended = 0, running = 0;
  while (ended < count) {
    while (begun < count && now_ms() - zero_ms >= shots[begun].start_ms) begin(&shots[begun++]);
    double wait_ms = begun < count ? shots[begun].start_ms - (now_ms() - zero_ms) : 1000;
    if (timer_ms >= 0 && timer_ms - now_ms() < wait_ms) wait_ms = timer_ms - now_ms();
    int ready = epoll_wait(epoll, events, 256, wait_ms <= 0 ? 0 : (int)wait_ms + 1);
    for (int i = 0; i < ready; i += 1) {
      int bits = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                 (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi, events[i].data.fd, bits, &running);
    }
    if (timer_ms >= 0 && now_ms() >= timer_ms) {
      timer_ms = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    ended += collect();
  }
  printf("end %.0f\n", cpu_us() - zero_cpu);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static char line[512];
  int count = 0;
  if (argc < 3) return 64;
  ca_file = argv[1];
  timeout_ms = atol(argv[2]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  epoll = epoll_create1(0);
  multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (line[0] == '\n') {
      run(count);
      count = 0;
    } else if (count < MOST &&
               sscanf(line, "%lf %31s %255s", &shots[count].start_ms, shots[count].id, shots[count].url) == 3)
      count += 1;
  }
  return 0;
}
