// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Scenes;

/// <summary>A scene that is on the disk.</summary>
internal sealed record SavedScene(string Path, long Bytes, ulong Sockets, ulong SocketsOmitted)
{
    /// <summary>That it took to tell and to write it.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Scenes of this host that are kept, this one included.</summary>
    public int Kept { get; init; }

    /// <summary>Older ones that made room for it.</summary>
    public int Deleted { get; init; }
}
