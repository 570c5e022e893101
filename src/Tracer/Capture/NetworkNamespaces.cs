// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>The network namespaces in use: an iterator over TCP sockets shows one of them only.</summary>
public sealed class NetworkNamespaces(string procRoot, string mountedRoot = "/run/netns")
{
    /// <summary>One path per namespace by which it can be entered; the caller's own is not among them.</summary>
    public IReadOnlyList<string> FindOthers()
    {
        string? own = Identify($"{procRoot}/thread-self/ns/net");
        var seen = new HashSet<string>();
        if (own is not null)
            seen.Add(own);
        var others = new List<string>();
        foreach (string path in Candidates())
        {
            if (Identify(path) is { } identity && seen.Add(identity))
                others.Add(path);
        }
        return others;
    }

    private IEnumerable<string> Candidates()
    {
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

    /// <summary>"net:[inode]" of a /proc link, or the device and inode of a mounted namespace; null: gone.</summary>
    private static string? Identify(string path)
    {
        try
        {
            if (new FileInfo(path).LinkTarget is { } target)
                return target;
            return Tracer.Linux.NamespaceFile.TryReadInode(path, out ulong inode) ? $"net:[{inode}]" : null;
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
