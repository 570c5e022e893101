// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>What a descriptor is, by its link in /proc/PID/fd.</summary>
/// <param name="Text">A path, or "socket", "pipe", "eventpoll" ...; sanitized; empty when not known.</param>
/// <param name="SocketInode">Of a socket; otherwise 0.</param>
public readonly record struct DescriptorLink(string Text, ulong SocketInode)
{
    private static ReadOnlySpan<byte> AnonymousPrefix => "anon_inode:"u8;

    // socket:[28411], pipe:[5], anon_inode:[eventpoll], anon_inode:inotify, /dev/null
    internal static DescriptorLink Parse(ReadOnlySpan<byte> target)
    {
        if (target.IsEmpty)
            return new DescriptorLink("", 0);
        if (DescriptorReader.TrySocketInode(target, out ulong inode))
            return new DescriptorLink("socket", inode);
        if (target.StartsWith("pipe:["u8))
            return new DescriptorLink("pipe", 0);
        if (target.StartsWith(AnonymousPrefix))
            target = target[AnonymousPrefix.Length..].TrimStart((byte)'[').TrimEnd((byte)']');
        return new DescriptorLink(ControlText.Sanitize(target), 0);
    }
}
