// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Capture;

/// <summary>The network namespaces in use: an iterator over TCP sockets shows one of them only.</summary>
public sealed class NetworkNamespaces(string procRoot, string mountedRoot = "/run/netns")
{
    private const string LinkPrefix = "net:[";

    /// <summary>One entry per namespace, the caller's own first.</summary>
    public IReadOnlyList<NamespacePath> Find()
    {
        var seen = new HashSet<uint>();
        var found = new List<NamespacePath>();
        foreach (string path in Candidates())
        {
            if (Identify(path) is { } netns && seen.Add(netns))
                found.Add(new NamespacePath(path, netns));
        }
        return found;
    }

    private IEnumerable<string> Candidates()
    {
        yield return $"{procRoot}/thread-self/ns/net";
        foreach (string directory in List(procRoot).Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
            yield return directory + "/ns/net";
        // Namespaces kept alive by a mount (`ip netns add`) may hold sockets without any process inside.
        foreach (string path in List(mountedRoot))
            yield return path;
    }

    private static IEnumerable<string> List(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (IOException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The inode, which a link in /proc names and a mounted file has; null: gone, or none of them.</summary>
    private static uint? Identify(string path)
    {
        try
        {
            string? target = new FileInfo(path).LinkTarget;
            if (target is null)
                return NamespaceFile.TryReadInode(path, out ulong inode) && inode <= uint.MaxValue ? (uint)inode : null;
            return target.StartsWith(LinkPrefix, StringComparison.Ordinal) && target.EndsWith(']')
                && uint.TryParse(target.AsSpan(LinkPrefix.Length, target.Length - LinkPrefix.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint named)
                ? named
                : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
