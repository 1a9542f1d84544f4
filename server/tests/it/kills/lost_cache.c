/*
 * Keeps what of a database would be on the disk if the machine lost its power now: each file as it was
 * when it was last synchronized. Loaded into the program by LD_PRELOAD; the copies go to the folder
 * that TANDEM_DURABLE names.
 *
 * The most pessimistic disk is assumed: of what was written and not synchronized, nothing is there.
 * Only the names of files are kept in order with that, as file systems with a journal do: a file that
 * was deleted before another was synchronized stays deleted.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *folder;
static atomic_uint copies;

/* Tells the test that it was loaded: a program that never synchronizes makes no copy. */
__attribute__((constructor)) static void begin(void) {
	char path[PATH_MAX];
	folder = getenv("TANDEM_DURABLE");
	if (folder != NULL) {
		snprintf(path, sizeof path, "%s/loaded", folder);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	}
}

/*
 * Copies the file into `copy`, and its name into `name`. It is read through its own descriptor: to
 * open and close it once more would release the locks that SQLite holds on it.
 */
static int copy_of(int fd, char *copy, char *name) {
	static _Thread_local char buffer[1 << 16];
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (folder == NULL || length < 0)
		return 0;
	path[length] = 0;
	const char *base = strrchr(path, '/');
	if (base == NULL || strncmp(base + 1, "tandem.db", 9) != 0)
		return 0;
	snprintf(name, PATH_MAX, "%s/%s", folder, base + 1);
	snprintf(copy, PATH_MAX, "%s/copy.%u", folder, atomic_fetch_add(&copies, 1));
	int out = open(copy, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (out < 0)
		return 0;
	off_t at = 0;
	ssize_t count;
	while ((count = pread(fd, buffer, sizeof buffer, at)) > 0) {
		if (write(out, buffer, count) != count)
			abort();
		at += count;
	}
	close(out);
	return count == 0;
}

/* Deletes the copies of files that are no longer beside this one. */
static void forget_deleted(int fd) {
	char link[64], path[PATH_MAX], copy[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	DIR *copied = opendir(folder);
	struct dirent *entry;
	if (length < 0 || copied == NULL)
		abort();
	path[length] = 0;
	char *base = strrchr(path, '/') + 1;
	while ((entry = readdir(copied)) != NULL) {
		if (strncmp(entry->d_name, "tandem.db", 9) != 0)
			continue;
		snprintf(base, PATH_MAX - (base - path), "%s", entry->d_name);
		snprintf(copy, sizeof copy, "%s/%s", folder, entry->d_name);
		if (access(path, F_OK) != 0)
			unlink(copy);
	}
	closedir(copied);
}

static int synchronized(int fd, const char *function) {
	char copy[PATH_MAX], name[PATH_MAX];
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
	int is_copied = copy_of(fd, copy, name);
	int result = real(fd);
	if (is_copied && (result != 0 ? unlink(copy) : rename(copy, name)) != 0)
		abort();
	if (is_copied)
		forget_deleted(fd);
	return result;
}

int fsync(int fd) {
	return synchronized(fd, "fsync");
}

int fdatasync(int fd) {
	return synchronized(fd, "fdatasync");
}
