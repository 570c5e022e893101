// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Hosting;

/// <summary>Whom the unix socket serves: root, the daemon's own user, and a group if one was named.</summary>
internal sealed record PeerPolicy(uint OwnUid, uint? Group)
{
    /// <summary>Null: welcome. Otherwise what to tell the client.</summary>
    public string? FindObjection(PeerCredentials peer)
    {
        if (peer.Uid == 0 || peer.Uid == OwnUid || (Group is { } group && peer.IsIn(group)))
            return null;
        string allowed = OwnUid == 0 ? "root" : $"root, uid {OwnUid}";
        return Group is null
            ? $"uid {peer.Uid} may not use this socket: {allowed} may"
            : $"uid {peer.Uid} may not use this socket: {allowed} and members of gid {Group} may";
    }
}
