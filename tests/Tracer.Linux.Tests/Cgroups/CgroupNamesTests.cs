// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Linux.Cgroups;
using Xunit;

namespace Tracer.Linux.Tests.Cgroups;

public sealed class CgroupNamesTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string OtherId = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    [Theory]
    [InlineData("/system.slice/nginx.service", "nginx.service")]
    [InlineData("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service")]
    [InlineData("/system.slice/php8.2-fpm.service/pool-a", "php8.2-fpm.service")]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/app-dev.slice/code.service", "code.service")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice", "user@1000.service")]
    [InlineData("/user.slice/user-1000.slice", "user-1000.slice")]
    [InlineData("/system.slice/docker-" + Id + ".scope/system.slice/inner.service", "docker-" + Id + ".scope")]
    [InlineData("/system.slice/_cgroup.service", "cgroup.service")]
    [InlineData("/init.scope", "init.scope")]
    [InlineData("/", "")]
    [InlineData("/docker/" + Id, "")]
    [InlineData("/.service/.slice", "")]
    public void Unit_is_found(string path, string unit) => Assert.Equal(unit, CgroupNames.UnitOf(path));

    [Theory]
    [InlineData("/docker/" + Id, Id)]
    [InlineData("/system.slice/docker-" + Id + ".scope", Id)]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-" + Id + ".scope", Id)]
    [InlineData("/kubepods/besteffort/pod0f1e2d3c-aaaa-bbbb-cccc-0123456789ab/" + Id, Id)]
    [InlineData("/kubepods.slice/crio-" + Id + ".scope/container", Id)]
    [InlineData("/machine.slice/libpod-" + Id + ".scope/container", Id)]
    [InlineData("/machine.slice/libpod-conmon-" + Id + ".scope", "")]
    [InlineData("/system.slice/kubelet.service/kubepods-pod1.slice:cri-containerd:" + Id, Id)]
    [InlineData("/docker/" + Id + "/docker/" + OtherId, OtherId)]
    [InlineData("/docker/0" + Id, "")]
    [InlineData("/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "")]
    [InlineData("/system.slice/nginx.service", "")]
    [InlineData("", "")]
    public void Container_id_is_found(string path, string id) => Assert.Equal(id, CgroupNames.ContainerIdOf(path));

    [Theory]
    [InlineData("0::/system.slice/ssh.service\n", "/system.slice/ssh.service", "ssh.service", "")]
    [InlineData("12:cpu:/docker/" + Id + "\n1:name=systemd:/docker/" + Id + "\n0::/system.slice/docker.service\n", "/system.slice/docker.service", "docker.service", Id)]
    [InlineData("4:memory:/x\n1:name=systemd:/system.slice/cron.service\n", "/system.slice/cron.service", "cron.service", "")]
    [InlineData("1:name=systemd:/system.slice/cron.service\n0::/\n", "/", "cron.service", "")]
    [InlineData("0::/gone.slice/a.service (deleted)\n", "/gone.slice/a.service", "a.service", "")]
    [InlineData("0::/with:colon/a.service\n", "/with:colon/a.service", "a.service", "")]
    [InlineData("", "", "", "")]
    public void Membership_is_read_on_unified_hybrid_and_old_hosts(string file, string path, string unit, string container) =>
        Assert.Equal(new CgroupMembership(path, unit, container), CgroupMembership.Parse(Encoding.UTF8.GetBytes(file)));
}
