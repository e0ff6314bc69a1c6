import Glibc

func removeFile(_ path: String) { unlink(path) }
