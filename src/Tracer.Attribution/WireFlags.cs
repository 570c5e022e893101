// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Enum.HasFlag without its boxes, which unoptimized code allocates.</summary>
internal static class WireFlags
{
    public static bool Has(this TcpEventFlags flags, TcpEventFlags flag) => (flags & flag) != 0;

    public static bool Has(this TcpRecordFlags flags, TcpRecordFlags flag) => (flags & flag) != 0;
}
