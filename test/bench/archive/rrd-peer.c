/*
 * librrd, one update per sample and call, for the archive bench:
 *   rrd-peer evict N DIR            drops the files from the page cache, so that they come back as small pages
 *   rrd-peer update N DIR FROM TO STEP   each series once per tick, every value worked out as in samples.ts
 * Prints the seconds the updates took.
 */
#include <fcntl.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void path_of(char *path, const char *dir, int series) { sprintf(path, "%s/s%d.rrd", dir, series); }

static int evict(int n, const char *dir) {
  char path[4096];
  for (int i = 0; i < n; i++) {
    path_of(path, dir, i);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return 1;
    fdatasync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
  return 0;
}

static void line_of(char *line, long series, long tick, long step) {
  long base = 1000 + (series * 7919 + (tick / step) * 104729) % 40009;
  long ttfb = base * 11 + tick % 977;
  long total = ttfb + base * 2;
  sprintf(line, "%ld:%ld:%ld:%ld:%ld:%ld:%ld:%ld:%ld", tick, base, base * 2, base * 3, base * 5 + tick % 977,
          base * 2, ttfb, total, 48213L * 1000000 / total);
}

int main(int argc, char **argv) {
  int n = argc > 3 ? atoi(argv[2]) : 0;
  if (n > 0 && strcmp(argv[1], "evict") == 0) return evict(n, argv[3]);
  if (n == 0 || argc < 7) return 64;
  long from = atol(argv[4]), to = atol(argv[5]), step = atol(argv[6]);
  char path[4096], line[256];
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (long tick = from; tick < to; tick += step)
    for (int i = 0; i < n; i++) {
      path_of(path, argv[3], i);
      line_of(line, i, tick, step);
      const char *lines[] = {line};
      if (rrd_update_r(path, NULL, 1, lines) != 0) {
        fprintf(stderr, "%s\n", rrd_get_error());
        return 1;
      }
    }
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("%.6f\n", (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9);
  return 0;
}
