# SPDX-License-Identifier: Apache-2.0
# leaking.rb PORT: see LeakingProgram.cs. The sockets are used by a thread with a name.
require 'socket'

KEPT = []

def user_open(port) = TCPSocket.new('127.0.0.1', port)

def user_send(connection) = connection.send('x', 0)

def user_read(connection)
  nil until connection.recv(4096).to_s.empty?
end

def user_close(connection) = connection.close

def handle(port)
  connection = user_open(port)
  KEPT << connection
  user_send(connection)
  user_read(connection)
end

def serve(port)
  $stdin.each_line do |line|
    if line.strip == 'leak'
      handle(port)
      puts 'ready'
    else
      user_close(KEPT.pop) until KEPT.empty?
      puts 'closed'
    end
    $stdout.flush
  end
end

worker = Thread.new { serve(ARGV[0].to_i) }
worker.name = 'biz-reader'
worker.join
