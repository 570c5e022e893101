// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>The libc call that changes who owns a file, under its C name.</summary>
internal static partial class LibCOwnership
{
    /// <summary>As an owner: leave it as it is. chown(2).</summary>
    internal const uint Unchanged = uint.MaxValue;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int lchown(string path, uint owner, uint group);
}
