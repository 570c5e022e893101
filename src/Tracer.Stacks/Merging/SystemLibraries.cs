// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>The files through which every call into the kernel goes.</summary>
internal static class SystemLibraries
{
    private static readonly string[] Prefixes = ["libc.so", "libc-2", "libc.musl", "ld-musl", "ld-linux", "libpthread", "linux-vdso", "[vdso]"];

    public static bool Contains(string module)
    {
        ReadOnlySpan<char> name = module.AsSpan(module.LastIndexOf('/') + 1);
        foreach (string prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
