// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Hosting;
using Xunit;

namespace Tracer.Api.Tests.Hosting;

public class PeerPolicyTests
{
    [Theory]
    [InlineData(0, 0, null, true)] // root
    [InlineData(500, 500, null, true)] // the daemon's own user
    [InlineData(501, 500, null, false)]
    [InlineData(501, 77, 77, true)] // primary group
    [InlineData(501, 88, 78, true)] // supplementary group
    [InlineData(501, 501, 99, false)]
    [InlineData(0, 501, 99, true)]
    public void Root_the_daemons_user_and_the_named_group_are_welcome(int uid, int gid, int? group, bool isWelcome)
    {
        PeerPolicy policy = new(OwnUid: 500, (uint?)group);

        string? objection = policy.FindObjection(new PeerCredentials((uint)uid, (uint)gid, [78, 79]));

        Assert.Equal(isWelcome, objection is null);
        Assert.StartsWith(isWelcome ? "" : "uid 501 may not use this socket: root, uid 500", objection ?? "", StringComparison.Ordinal);
    }
}
