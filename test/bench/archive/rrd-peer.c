/*
 * librrd, one update per sample and call, for the archive bench:
 *   rrd-peer evict FROM TO DIR   drops files FROM..TO from the page cache, so that they come back as small pages
 *   rrd-peer load FROM TO DIR    the same, and reads each of their pages by itself
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

#define PAGE 4096

static void path_of(char *path, const char *dir, int series) { sprintf(path, "%s/s%d.rrd", dir, series); }

static int evict(int from, int to, const char *dir, int again) {
  char path[4096], byte;
  for (int i = from; i < to; i++) {
    path_of(path, dir, i);
    int fd = open(path, O_RDONLY);
    if (fd < 0) return 1;
    fdatasync(fd);
    off_t size = lseek(fd, 0, SEEK_END);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    for (off_t at = 0; again && at < size; at += PAGE)
      if (pread(fd, &byte, 1, at) != 1) return 1;
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
  int again = strcmp(argc > 1 ? argv[1] : "", "load") == 0;
  if (argc == 5 && (again || strcmp(argv[1], "evict") == 0)) return evict(atoi(argv[2]), atoi(argv[3]), argv[4], again);
  int n = argc == 7 ? atoi(argv[2]) : 0;
  if (n == 0 || strcmp(argv[1], "update") != 0) return 64;
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
