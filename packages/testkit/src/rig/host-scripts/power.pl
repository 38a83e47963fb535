#!/usr/bin/perl
# Installed in hosts as reboot, poweroff, halt and shutdown: ends every process in order, then makes the real system
# call. In the host's pid namespace the kernel takes that as the end of the namespace, and the rig as what it means.
use strict;
use warnings;

open(my $comm, '<', '/proc/1/comm') or die "power: $!";
chomp(my $init = <$comm>);
# Anywhere but in a host it would stop the test machine.
die "power: this is not a host of the rig\n" unless $init eq 'rig-init' && -e '/run/boot-id';

my ($name) = $0 =~ m{([^/]+)$};
my $restarts = $name eq 'reboot' || ($name eq 'shutdown' && grep { $_ eq '-r' || $_ eq '--reboot' } @ARGV);
exit 0 if $name eq 'shutdown' && grep { $_ eq '-c' } @ARGV;

# As with a real shutdown, who asked has its answer before it is ended.
exit 0 if fork;
require POSIX;
POSIX::setsid();
$SIG{TERM} = 'IGNORE';
kill 'TERM', -1;
for (1 .. 100) {
  my @left = grep { my ($pid) = m{(\d+)$}; $pid != 1 && $pid != $$ } glob('/proc/[0-9]*');
  last unless @left;
  select(undef, undef, undef, 0.1);
}
my ($magic1, $magic2) = (0xfee1dead, 672274793);
my %reboot_call = (x86_64 => 169, aarch64 => 142);
my ($machine) = (POSIX::uname())[4];
syscall($reboot_call{$machine}, $magic1, $magic2, $restarts ? 0x01234567 : 0x4321fedc, 0);
