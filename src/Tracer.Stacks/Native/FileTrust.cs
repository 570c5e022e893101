// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>
/// Tells whose files may be given to code that is not made for hostile input. Root inside a container often is root by number, so the owner alone
/// says nothing there.
/// </summary>
internal sealed class FileTrust(ProcfsRoot root, SourceLines allowed)
{
    private const uint Init = 1;

    // Where a service that has mounts of its own still sees the host's packages. Who may write here from a container owns the host.
    private static readonly string[] SystemFolders = ["/usr/", "/lib/", "/lib64/", "/bin/", "/sbin/"];

    /// <summary>Whether the file that a process maps under a path may be read.</summary>
    internal bool Accepts(uint pid, string path, TargetFile file) => allowed switch
    {
        SourceLines.All => true,
        SourceLines.Off => false,
        _ => file.IsWrittenByRootAlone() && (SharesMounts(pid) || IsOfHost(path, file.Identity)),
    };

    /// <summary>Whether a file that was found under a path of the host's own may be read.</summary>
    internal bool AcceptsOwn(TargetFile file) => allowed == SourceLines.All || (allowed == SourceLines.TrustedFiles && file.IsWrittenByRootAlone());

    private bool SharesMounts(uint pid) => NamespaceFile.TryReadInode(root.PathOf(pid, "ns/mnt"), out ulong its)
        && (IsOf((uint)Environment.ProcessId, its) || IsOf(Init, its));

    private bool IsOf(uint pid, ulong mounts) => NamespaceFile.TryReadInode(root.PathOf(pid, "ns/mnt"), out ulong inode) && inode == mounts;

    private bool IsOfHost(string path, FileIdentity identity)
    {
        if (!Array.Exists(SystemFolders, folder => path.StartsWith(folder, StringComparison.Ordinal))
            || path.Contains("/../", StringComparison.Ordinal)
            || TargetFile.OpenInRoot(root, (uint)Environment.ProcessId, path, out TargetFile? own) != ProcfsStatus.Ok || own is null)
            return false;
        using (own)
            return own.Identity == identity;
    }
}
