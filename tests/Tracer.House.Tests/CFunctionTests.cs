// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>The size and name rules for BPF rest on finding every function.</summary>
public sealed class CFunctionTests
{
    [Fact]
    public void Hooks_and_functions_are_found_with_name_section_and_length()
    {
        const string Source = """
            struct {
            	__uint(type, BPF_MAP_TYPE_RINGBUF);
            } events SEC(".maps");

            static __always_inline struct tcp_event *reserve(
            	struct sock *sk)
            {
            	if (!sk) {
            		return NULL;
            	}
            	return 0;
            }

            SEC("tp_btf/inet_sock_set_state")
            int BPF_PROG(on_inet_sock_set_state, struct sock *sk,
            	     int old)
            {
            	return 0;
            }

            SEC("?iter/tcp")
            int on_iter_tcp(struct bpf_iter__tcp *ctx)
            {
            	return 0;
            }
            """;
        Assert.Equal(
            [
                new CFunction("reserve", null, 5, 8),
                new CFunction("on_inet_sock_set_state", "tp_btf/inet_sock_set_state", 14, 6),
                new CFunction("on_iter_tcp", "?iter/tcp", 21, 5),
            ],
            CFunction.In(Source));
    }
}
