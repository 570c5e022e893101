// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Files;

/// <summary>
/// A directory for files of our own, held open. Nobody but root and our own user can put anything into it, or something else in its place: that
/// holds for every directory on the way to it.
/// </summary>
public sealed class GuardedFolder : IDisposable
{
    private const int OwnerOnly = 0x180; // 0600
    private const int OwnerOnlyFolder = 0x1c0; // 0700
    private const int MayWriteGroupOrOthers = 0x12; // 022
    private const int Sticky = 0x200; // 01000: entries are renamed and deleted by their owners only

    private readonly SafeFileHandle _directory;

    private GuardedFolder(string path, SafeFileHandle directory)
    {
        Path = path;
        _directory = directory;
    }

    /// <summary>Without links, but for those of its parents at the time it was opened.</summary>
    public string Path { get; }

    /// <summary>Opens a directory; it is made, for its owner only, when just its last name is missing.</summary>
    /// <exception cref="LinuxException">It cannot be opened or made.</exception>
    /// <exception cref="UnauthorizedAccessException">Others could write into it or replace it.</exception>
    public static GuardedFolder Open(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string name = System.IO.Path.GetFileName(full);
        if (name.Length == 0)
            throw new UnauthorizedAccessException($"{full} is no directory for files of one program");
        string parentPath = RealPath(System.IO.Path.GetDirectoryName(full)!);
        using SafeFileHandle parent = OpenParent(parentPath);
        if (LibCFolders.mkdirat(parent, name, OwnerOnlyFolder) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EEXIST)
            throw new LinuxException($"make {full}", errno);
        SafeFileHandle directory = OpenAt(parent, name, LinuxConstants.O_RDONLY, full);
        try
        {
            RefuseUnsafe(directory, full, mayBeSticky: false);
            return new GuardedFolder(System.IO.Path.Combine(parentPath, name), directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Keeps others who ask for the same lock out until this is disposed. False: somebody has it.</summary>
    public bool TryLock() => LibCFolders.flock(_directory, LibCFolders.LOCK_EX | LibCFolders.LOCK_NB) == 0;

    /// <summary>Makes a file that was not there, readable and writable for its owner only.</summary>
    /// <exception cref="LinuxException">It is there, or cannot be made.</exception>
    public SafeFileHandle Create(string name)
    {
        int flags = LinuxConstants.O_WRONLY | LinuxConstants.O_CREAT | LinuxConstants.O_EXCL | LinuxConstants.O_NOFOLLOW | LinuxConstants.O_CLOEXEC;
        SafeFileHandle file = LibCFiles.openat(_directory, name, flags, OwnerOnly);
        if (!file.IsInvalid)
            return file;
        int errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw new LinuxException($"make {name} in {Path}", errno);
    }

    /// <summary>Gives a file another name, in one step; what had that name is replaced.</summary>
    /// <exception cref="LinuxException">It is not there, or cannot be renamed.</exception>
    public void Rename(string name, string newName)
    {
        if (LibCFolders.renameat(_directory, name, _directory, newName) != 0)
            throw LinuxException.FromLastError($"rename {name} in {Path}");
    }

    /// <summary>Removes a name; what a link leads to is left alone. False: it was not there, or is a directory.</summary>
    public bool Remove(string name) => LibCFiles.unlinkat(_directory, name, 0) == 0;

    /// <summary>The names of its entries that are wanted, in no order.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public IReadOnlyList<string> List(Func<string, bool> isWanted)
    {
        List<string> names = [];
        DirectoryLister.Open(_directory, out DirectoryLister? lister);
        using (lister)
        {
            while (lister is not null && lister.TryNext(out DirectoryEntry entry))
            {
                string name = Encoding.UTF8.GetString(entry.Name);
                if (isWanted(name))
                    names.Add(name);
            }
            return lister is { Status: ProcfsStatus.Ok } ? names : throw new LinuxException($"list {Path}", Errno.EIO);
        }
    }

    /// <summary>Ends when its names are on the disk.</summary>
    /// <exception cref="LinuxException">They are not.</exception>
    public void Flush() => Flush(_directory, Path);

    /// <summary>Ends when the content of a file is on the disk.</summary>
    /// <exception cref="LinuxException">It is not.</exception>
    public void Flush(SafeFileHandle file) => Flush(file, "a file in " + Path);

    public void Dispose() => _directory.Dispose();

    private static void Flush(SafeFileHandle file, string what)
    {
        // A file system without this call says EINVAL: then there is nothing to wait for.
        if (LibCFolders.fsync(file) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINVAL)
            throw new LinuxException($"write {what} to the disk", errno);
    }

    // The path is walked name by name afterwards: that the links led here may be outdated by then, but not unsafe.
    private static string RealPath(string path)
    {
        using SafeFileHandle found = LibCFiles.open(path, LinuxConstants.O_PATH | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC, 0);
        if (found.IsInvalid)
            throw LinuxException.FromLastError($"open {path}");
        return new FileInfo($"/proc/self/fd/{found.DangerousGetHandle()}").LinkTarget
            ?? throw new LinuxException($"open {path}", Errno.ENOENT);
    }

    private static SafeFileHandle OpenParent(string realPath)
    {
        SafeFileHandle at = LibCFiles.open("/", LinuxConstants.O_PATH | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC, 0);
        string walked = "";
        foreach (string name in realPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            walked += "/" + name;
            using SafeFileHandle above = at;
            at = OpenAt(above, name, LinuxConstants.O_PATH, walked);
            try
            {
                RefuseUnsafe(at, walked, mayBeSticky: true);
            }
            catch
            {
                at.Dispose();
                throw;
            }
        }
        return at;
    }

    private static SafeFileHandle OpenAt(SafeFileHandle above, string name, int flags, string path)
    {
        SafeFileHandle found = LibCFiles.openat(
            above, name, flags | LinuxConstants.O_DIRECTORY | LinuxConstants.O_NOFOLLOW | LinuxConstants.O_CLOEXEC, 0);
        if (!found.IsInvalid)
            return found;
        int errno = Marshal.GetLastPInvokeError();
        found.Dispose();
        // A link in its place says either, depending on the flags.
        throw errno is Errno.ELOOP or Errno.ENOTDIR
            ? new UnauthorizedAccessException($"{path} is no directory, or a link")
            : new LinuxException($"open {path}", errno);
    }

    private static void RefuseUnsafe(SafeFileHandle directory, string path, bool mayBeSticky)
    {
        if (!TargetFile.TryIdentify(directory, out LinuxStatx status))
            throw LinuxException.FromLastError($"look at {path}");
        if (status.Uid != 0 && status.Uid != LibCFolders.geteuid())
            throw new UnauthorizedAccessException($"{path} belongs to another user (uid {status.Uid})");
        if ((status.Mode & MayWriteGroupOrOthers) != 0 && !(mayBeSticky && (status.Mode & Sticky) != 0))
            throw new UnauthorizedAccessException($"{path} can be written to by others");
    }
}
