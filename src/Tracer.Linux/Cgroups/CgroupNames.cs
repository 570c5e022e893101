// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Cgroups;

/// <summary>Reads the conventions of systemd and of container runtimes out of a cgroup path.</summary>
public static class CgroupNames
{
    private const int ContainerIdLength = 64;
    private static readonly string[] UnitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"];

    /// <summary>
    /// The systemd unit of a path. Inside user@N.service it is the user's own unit, if any; a path of slices alone answers the innermost slice.
    /// </summary>
    public static string UnitOf(string path)
    {
        string unit = "", slice = "";
        bool isInUserManager = false;
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> component = Unescape(path.AsSpan()[range]);
            if (component.EndsWith(".slice") && component.Length > ".slice".Length)
            {
                // Below a unit the names are that unit's own business, except those of the user's manager.
                if (unit.Length == 0)
                    slice = component.ToString();
                continue;
            }

            if (!IsUnit(component))
                continue;
            unit = component.ToString();
            if (isInUserManager || !IsUserManager(component))
                return unit;
            isInUserManager = true;
        }

        return unit.Length > 0 ? unit : slice;
    }

    /// <summary>
    /// The container id of a path: 64 hex digits as docker, containerd, cri-o, podman and kubernetes write them; the innermost when containers are nested.
    /// </summary>
    public static string ContainerIdOf(string path)
    {
        string found = "";
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> component = path.AsSpan()[range];
            // conmon is the monitor that waits outside the container whose id it carries.
            if (component.Length >= ContainerIdLength && !component.Contains("-conmon-", StringComparison.Ordinal)
                && TryFindId(component, out ReadOnlySpan<char> id))
                found = id.ToString();
        }

        return found;
    }

    private static bool TryFindId(ReadOnlySpan<char> component, out ReadOnlySpan<char> id)
    {
        // HEX | docker-HEX.scope | cri-containerd-HEX.scope | crio-HEX | libpod-HEX.scope | parent.slice:cri-containerd:HEX
        ReadOnlySpan<char> name = component.EndsWith(".scope") ? component[..^".scope".Length] : component;
        id = name[Math.Max(0, name.Length - ContainerIdLength)..];
        if (id.Length < ContainerIdLength || id.ContainsAnyExcept("0123456789abcdef"))
            return false;
        return name.Length == ContainerIdLength || name[^(ContainerIdLength + 1)] is '-' or ':';
    }

    private static bool IsUnit(ReadOnlySpan<char> component)
    {
        foreach (string suffix in UnitSuffixes)
        {
            if (component.Length > suffix.Length && component.EndsWith(suffix))
                return true;
        }

        return false;
    }

    private static bool IsUserManager(ReadOnlySpan<char> component) =>
        component.StartsWith("user@") && component.EndsWith(".service");

    // systemd puts '_' before a name that could be taken for an attribute file of the kernel.
    private static ReadOnlySpan<char> Unescape(ReadOnlySpan<char> component) =>
        component.StartsWith("_") ? component[1..] : component;
}
