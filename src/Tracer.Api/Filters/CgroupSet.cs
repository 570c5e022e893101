// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Filters;

/// <summary>cgroup v2 paths to look for, each with its subtree.</summary>
internal sealed class CgroupSet(IEnumerable<string> paths)
{
    // Without the trailing slash the root becomes "", of which every path is a part.
    private readonly string[] _roots = [.. paths.Select(static path => path.TrimEnd('/'))];

    public IReadOnlyList<string> Roots => _roots;

    public bool IsEmpty => _roots.Length == 0;

    /// <summary>An empty path is not known and so in no subtree.</summary>
    public bool Contains(string path)
    {
        foreach (string root in _roots)
        {
            if (path.StartsWith(root, StringComparison.Ordinal) && path.Length > 0
                && (path.Length == root.Length || path[root.Length] == '/'))
                return true;
        }
        return false;
    }
}
